-- What a club has set.
CREATE TABLE club (
    guild_id          {bigint} PRIMARY KEY,
    channel_id        {bigint},               -- where the bot posts by itself
    organiser_role_id {bigint},
    ping_role_id      {bigint},               -- whom posts may notify; members join and leave it by themselves
    zone              TEXT NOT NULL,          -- an IANA name, such as Europe/Berlin
    quota             INTEGER NOT NULL        -- suggestions of one member that may be open at the same time
) {strict};

-- What members want to read.
CREATE TABLE suggestion (
    id           {id},
    guild_id     {bigint} NOT NULL REFERENCES club ON DELETE CASCADE,
    paper        TEXT,                        -- scheme:value; nothing for a title that no source knows
    title        TEXT NOT NULL,
    authors      TEXT NOT NULL,               -- JSON: names
    year         INTEGER,
    described    INTEGER NOT NULL,            -- 1 once a source has told title and authors
    state        TEXT NOT NULL CHECK (state IN ('open', 'chosen', 'declined', 'read', 'withdrawn', 'merged')),
    suggested_by {bigint},                    -- nothing once that member is forgotten or took it back
    made_at      {bigint} NOT NULL,
    place        INTEGER,                     -- where an organiser put it; others follow by their votes
    decided_at   {bigint},
    decided_by   {bigint},                    -- the organiser; nothing for what the bot noticed by itself
    remark       TEXT NOT NULL,               -- why it was declined
    review_key   TEXT,                        -- the review of it, once it was read
    merged_into  {bigint} REFERENCES suggestion
) {strict};
CREATE INDEX suggestion_queue ON suggestion (guild_id, state, made_at);

-- By what a suggestion is recognised: ids and its folded title.
CREATE TABLE suggestion_key (
    suggestion_id {bigint} NOT NULL REFERENCES suggestion ON DELETE CASCADE,
    guild_id      {bigint} NOT NULL,
    key           TEXT NOT NULL,
    live          INTEGER NOT NULL,           -- 1 while the suggestion is open or chosen
    PRIMARY KEY (suggestion_id, key)
) {strict};
CREATE UNIQUE INDEX suggestion_key_live ON suggestion_key (guild_id, key) WHERE live = 1;

-- One voice for each member, with the reason they gave.
CREATE TABLE support (
    suggestion_id {bigint} NOT NULL REFERENCES suggestion ON DELETE CASCADE,
    member_id     {bigint} NOT NULL,
    reason        TEXT NOT NULL,
    made_at       {bigint} NOT NULL,
    PRIMARY KEY (suggestion_id, member_id)
) {strict};
CREATE INDEX support_member ON support (member_id);

CREATE TABLE ballot (
    id         {id},
    guild_id   {bigint} NOT NULL REFERENCES club ON DELETE CASCADE,
    method     TEXT NOT NULL CHECK (method IN ('approval', 'ranked')),
    state      TEXT NOT NULL CHECK (state IN ('open', 'counted', 'cancelled')),
    quorum     INTEGER NOT NULL,              -- voters that are needed; 0: any number
    opened_by  {bigint},
    opened_at  {bigint} NOT NULL,
    closes_at  {bigint},                      -- nothing: when an organiser closes it
    closed_by  {bigint},                      -- nothing: it ended by itself
    channel_id {bigint} NOT NULL,
    message_id {bigint},                      -- nothing until Discord has told it
    result     TEXT,                          -- JSON: how it was counted; without names
    attendees  INTEGER NOT NULL               -- 1: who comes or came lately votes, and nobody else
) {strict};
CREATE UNIQUE INDEX ballot_open ON ballot (guild_id) WHERE state = 'open';

CREATE TABLE ballot_option (
    ballot_id     {bigint} NOT NULL REFERENCES ballot ON DELETE CASCADE,
    position      INTEGER NOT NULL,           -- from 0, as they are shown
    seniority     INTEGER NOT NULL,           -- from 0, the oldest suggestion first: the rule for ties
    suggestion_id {bigint} REFERENCES suggestion,
    review_key    TEXT,
    paper         TEXT,
    title         TEXT NOT NULL,
    authors       TEXT NOT NULL,              -- JSON: names
    PRIMARY KEY (ballot_id, position)
) {strict};

CREATE TABLE vote (
    ballot_id {bigint} NOT NULL REFERENCES ballot ON DELETE CASCADE,
    member_id {bigint} NOT NULL,
    choices   TEXT NOT NULL,                  -- JSON: positions, in order for a ranked ballot
    clicked   {bigint} NOT NULL,              -- the id of the interaction: Discord's order and time
    PRIMARY KEY (ballot_id, member_id)
) {strict};
CREATE INDEX vote_member ON vote (member_id);

-- What is read next: the oldest one that is neither held nor dropped.
CREATE TABLE meeting (
    id            {id},
    guild_id      {bigint} NOT NULL REFERENCES club ON DELETE CASCADE,
    state         TEXT NOT NULL CHECK (state IN ('coming', 'held', 'dropped')),
    made_at       {bigint} NOT NULL,
    paper         TEXT,
    review_key    TEXT,
    title         TEXT,                       -- nothing until a paper was chosen
    authors       TEXT NOT NULL,              -- JSON: names
    suggestion_id {bigint} REFERENCES suggestion,
    ballot_id     {bigint} REFERENCES ballot,
    chosen_at     {bigint},
    chosen_by     {bigint},                   -- an organiser; nothing for a ballot
    presenter_id  {bigint},
    notes         TEXT NOT NULL
) {strict};
CREATE INDEX meeting_coming ON meeting (guild_id, state, id);

-- What the bot posts by itself, once.
CREATE TABLE post (
    id         {id},
    guild_id   {bigint} NOT NULL REFERENCES club ON DELETE CASCADE,
    slot       TEXT NOT NULL,                 -- what it belongs to, such as ballot:12
    date       TEXT NOT NULL,                 -- the original date of an occurrence, or nothing
    rung       TEXT NOT NULL,                 -- which of the posts around it, such as result
    channel_id {bigint} NOT NULL,
    due_at     {bigint} NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('due', 'sending', 'sent', 'late', 'missed', 'cancelled', 'in doubt')),
    tries      INTEGER NOT NULL,
    refusals   INTEGER NOT NULL,              -- how often Discord has said that it may not be posted
    began_at   {bigint},                      -- when it was first sent; its marker cannot be older
    asked_at   {bigint},                      -- when it was last sent; for some minutes it may still arrive
    retry_at   {bigint},                      -- nobody takes it up before this: a lease, or a pause after a failure
    ended_at   {bigint},
    message_id {bigint},
    reason     TEXT NOT NULL,                 -- why it is as it is
    UNIQUE (guild_id, slot, date, rung)
) {strict};
CREATE INDEX post_due ON post (state, due_at);

-- Who decided what, for organisers.
CREATE TABLE audit (
    id       {id},
    guild_id {bigint} NOT NULL REFERENCES club ON DELETE CASCADE,
    at       {bigint} NOT NULL,
    actor_id {bigint},                        -- nothing once that member is forgotten
    action   TEXT NOT NULL,
    subject  TEXT NOT NULL
) {strict};
CREATE INDEX audit_guild ON audit (guild_id, at);

-- What the club was prompted to read, once for each time that a slot takes place.
CREATE TABLE prompt (
    id            {id},
    guild_id      {bigint} NOT NULL REFERENCES club ON DELETE CASCADE,
    slot          TEXT NOT NULL,              -- as in post
    date          TEXT NOT NULL,
    made_at       {bigint} NOT NULL,
    why           TEXT NOT NULL CHECK (why IN ('chosen', 'suggested', 'again', 'nothing')),
    title         TEXT NOT NULL,              -- empty when there was nothing to read
    authors       TEXT NOT NULL,              -- JSON: names
    paper         TEXT,
    review_key    TEXT,
    meeting_id    {bigint} REFERENCES meeting,
    suggestion_id {bigint} REFERENCES suggestion,
    questions     TEXT NOT NULL,              -- JSON: texts
    thread_id     {bigint},                   -- nothing until it is discussed
    UNIQUE (guild_id, slot, date)
) {strict};

-- Who has read it, as they say.
CREATE TABLE reading (
    prompt_id {bigint} NOT NULL REFERENCES prompt ON DELETE CASCADE,
    member_id {bigint} NOT NULL,
    made_at   {bigint} NOT NULL,
    PRIMARY KEY (prompt_id, member_id)
) {strict};
CREATE INDEX reading_member ON reading (member_id);

-- In which ways a club was asked questions, and how often: none comes again before all of them did.
CREATE TABLE asked (
    guild_id {bigint} NOT NULL REFERENCES club ON DELETE CASCADE,
    key      TEXT NOT NULL,
    times    INTEGER NOT NULL,
    PRIMARY KEY (guild_id, key)
) {strict};

-- What takes place every week, and what is posted around it.
CREATE TABLE slot (
    id            {id},
    guild_id      {bigint} NOT NULL REFERENCES club ON DELETE CASCADE,
    name          TEXT NOT NULL,
    folded        TEXT NOT NULL,              -- the name as it is compared
    days          TEXT NOT NULL,              -- JSON: from 0 for Monday
    time          TEXT NOT NULL,              -- 18:00, in its zone
    zone          TEXT NOT NULL,              -- an IANA name
    start         TEXT NOT NULL,              -- the date from whose week the weeks are counted
    every         INTEGER NOT NULL,           -- weeks
    paused_since  {bigint},
    paused_until  TEXT,                       -- the first date after the pause; nothing: until it is resumed
    pause_reason  TEXT NOT NULL,              -- why the bot paused it by itself; empty: an organiser did
    kind          TEXT NOT NULL CHECK (kind IN ('prompt', 'meeting')),
    choose_days   INTEGER,                    -- before a meeting; nothing: there is no such post
    prompt_days   INTEGER,
    reminders     TEXT NOT NULL,              -- JSON: 3d, 24h
    minutes       INTEGER NOT NULL,           -- how long a meeting lasts
    asks_after    INTEGER NOT NULL,           -- 1: when it has ended members are asked how it was
    has_events    INTEGER NOT NULL,           -- 1: its meetings are among the events of the server
    quiet_begin   TEXT,
    quiet_end     TEXT,
    channel_id    {bigint},                   -- nothing: that of the club
    confirmed_at  {bigint} NOT NULL,          -- what would have been posted before never existed
    planned_until {bigint} NOT NULL,          -- up to when its posts are in the table of posts
    next_at       {bigint},                   -- when there is next something to plan; nothing: never
    revision      INTEGER NOT NULL,           -- how often it was changed
    UNIQUE (guild_id, folded)
) {strict};
CREATE INDEX slot_next ON slot (next_at);

-- Dates of a slot that are not as the others.
CREATE TABLE slot_change (
    slot_id  {bigint} NOT NULL REFERENCES slot ON DELETE CASCADE,
    date     TEXT NOT NULL,                   -- the original one
    moved_to TEXT,                            -- a local time; nothing: it is skipped
    PRIMARY KEY (slot_id, date)
) {strict};

-- What members wish for themselves in a club.
CREATE TABLE preference (
    guild_id  {bigint} NOT NULL REFERENCES club ON DELETE CASCADE,
    member_id {bigint} NOT NULL,
    unlisted  INTEGER NOT NULL,               -- 1: they are not named in statistics
    unasked   INTEGER NOT NULL,               -- 1: they are not proposed as presenters
    PRIMARY KEY (guild_id, member_id)
) {strict};

-- Meetings of the week that are soon, and those that took place.
CREATE TABLE gathering (
    guild_id   {bigint} NOT NULL REFERENCES club ON DELETE CASCADE,
    slot       TEXT NOT NULL,                 -- as in post; the slot itself may have been removed since
    date       TEXT NOT NULL,                 -- the original one
    at         {bigint} NOT NULL,
    ends_at    {bigint} NOT NULL,
    name       TEXT NOT NULL,                 -- of the slot
    meeting_id {bigint} REFERENCES meeting,   -- the paper that was read, once it is over
    closed     INTEGER NOT NULL,              -- 1: it is over, and its paper is marked as read
    PRIMARY KEY (guild_id, slot, date)
) {strict};
CREATE INDEX gathering_at ON gathering (guild_id, at);
CREATE INDEX gathering_over ON gathering (ends_at) WHERE closed = 0;

-- Who comes to a meeting.
CREATE TABLE rsvp (
    guild_id  {bigint} NOT NULL REFERENCES club ON DELETE CASCADE,
    slot      TEXT NOT NULL,
    date      TEXT NOT NULL,
    member_id {bigint} NOT NULL,
    answer    TEXT NOT NULL CHECK (answer IN ('yes', 'late', 'no')),
    at        {bigint} NOT NULL,              -- the time that they were asked for: for another one it does not count
    made_at   {bigint} NOT NULL,
    PRIMARY KEY (guild_id, slot, date, member_id)
) {strict};
CREATE INDEX rsvp_member ON rsvp (member_id);

-- Who came to a meeting, and how it was for them.
CREATE TABLE attendance (
    guild_id  {bigint} NOT NULL REFERENCES club ON DELETE CASCADE,
    slot      TEXT NOT NULL,
    date      TEXT NOT NULL,
    member_id {bigint} NOT NULL,
    stars     INTEGER CHECK (stars BETWEEN 1 AND 5),
    line      TEXT NOT NULL,
    quotable  INTEGER NOT NULL,               -- 1: the line may be quoted, without a name
    made_at   {bigint} NOT NULL,
    PRIMARY KEY (guild_id, slot, date, member_id)
) {strict};
CREATE INDEX attendance_member ON attendance (member_id);

-- Who has taken which role for a meeting or a prompt.
CREATE TABLE duty (
    guild_id  {bigint} NOT NULL REFERENCES club ON DELETE CASCADE,
    slot      TEXT NOT NULL,
    date      TEXT NOT NULL,
    role      TEXT NOT NULL CHECK (role IN ('author', 'sceptic', 'archaeologist', 'practitioner')),
    member_id {bigint} NOT NULL,
    PRIMARY KEY (guild_id, slot, date, role)
) {strict};

-- Who was proposed to present a paper, and does not want to.
CREATE TABLE refusal (
    meeting_id {bigint} NOT NULL REFERENCES meeting ON DELETE CASCADE,
    member_id  {bigint} NOT NULL,
    PRIMARY KEY (meeting_id, member_id)
) {strict};

-- The events of a server that the bot has made for meetings.
CREATE TABLE calendar_event (
    guild_id {bigint} NOT NULL REFERENCES club ON DELETE CASCADE,
    slot     TEXT NOT NULL,
    date     TEXT NOT NULL,
    event_id {bigint},                        -- nothing until Discord has told it
    state    TEXT NOT NULL CHECK (state IN ('making', 'there', 'gone')),
    told     TEXT NOT NULL,                   -- what stands in it, to see when it has changed
    PRIMARY KEY (guild_id, slot, date)
) {strict};
