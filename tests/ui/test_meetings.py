"""What is said of meetings, without a Discord."""

from datetime import UTC, datetime

import pytest
from discord import ui

from bot.club.meeting import Meeting, MeetingState
from bot.club.suggestion import State, Suggestion
from bot.ui.meetings import drop_question

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("state", "back"), [(State.CHOSEN, True), (State.DECLINED, False), (State.WITHDRAWN, False)])
def test_what_goes_back_to_the_queue_is_said_before_it_is_dropped(state: State, back: bool) -> None:
    suggestion = Suggestion(3, 1, "A paper", state, NOW)
    view = drop_question(Meeting(2, 1, MeetingState.COMING, "A paper", suggestion=suggestion))
    text = "".join(item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay))
    assert ("goes back to the queue" in text) is back
