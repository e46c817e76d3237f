"""The routes of the API that the bot may use; each gives what Discord answers, None for an empty answer."""

import re
from collections.abc import Callable, Coroutine
from typing import Any

from tests.loopback.gateway import Gateway
from tests.loopback.world import APPLICATION, BOT, EPHEMERAL, LOADING, Answer, Json, Refusal, World

Handler = Callable[..., Coroutine[Any, Any, Any]]

_ROUTES: list[tuple[str, re.Pattern[str], str, Handler]] = []
_CALLBACKS = {2: {4, 5, 9}, 3: {4, 5, 6, 7, 9}, 4: {8}, 5: {4, 5, 6, 7}}  # by the type of the interaction
_APPLICATION: Json = {
    "id": APPLICATION, "name": "Paperclub", "icon": None, "description": "", "bot_public": True, "verify_key": "",
    "bot_require_code_grant": False, "owner": BOT, "team": None, "flags": 0,
}  # fmt: skip


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Let a method of Rest answer a route: the parts in braces are its arguments, after the body and the query."""

    def add(handler: Handler) -> Handler:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
        _ROUTES.append((method, re.compile(pattern), f"{method} {path}", handler))
        return handler

    return add


def find_route(method: str, path: str) -> tuple[str, Handler, dict[str, str]] | None:
    """Give the name of a route, what answers it, and the arguments that stand in the path."""
    for known, pattern, name, handler in _ROUTES:
        if known == method and (match := pattern.fullmatch(path)):
            return name, handler, match.groupdict()
    return None


class Rest:
    """Carries out requests on the world."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self.world = world
        self.gateway = gateway

    # --- the bot itself -----------------------------------------------------------------------------

    @route("GET", "/gateway/bot")
    async def get_gateway(self, body: Json, query: Json) -> Json:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return {"url": self.gateway.address, "shards": 1, "session_start_limit": limit}

    @route("GET", "/users/@me")
    async def get_me(self, body: Json, query: Json) -> Json:
        return BOT

    @route("GET", "/applications/@me")
    @route("GET", "/oauth2/applications/@me")
    async def get_application(self, body: Json, query: Json) -> Json:
        return _APPLICATION

    @route("GET", f"/applications/{APPLICATION}/commands")
    async def get_commands(self, body: Json, query: Json) -> list[Json]:
        return self.world.commands

    @route("PUT", f"/applications/{APPLICATION}/commands")
    async def put_commands(self, body: list[Json], query: Json) -> list[Json]:
        return self.world.register(body)

    @route("GET", "/guilds/{guild}/members/{number}")
    async def get_member(self, body: Json, query: Json, guild: str, number: str) -> Json:
        if guild != self.world.guild["id"] or number not in self.world.members:
            raise Refusal(404, 10007, "Unknown Member")
        return self.world.members[number]

    # --- channels -----------------------------------------------------------------------------------

    @route("GET", "/channels/{channel}")
    async def get_channel(self, body: Json, query: Json, channel: str) -> Json:
        return self.world.find_channel(channel)

    @route("PATCH", "/channels/{channel}")
    async def edit_channel(self, body: Json, query: Json, channel: str) -> Json:
        found = self.world.find_channel(channel)
        archive = found.get("thread_metadata", {})
        for name, value in body.items():
            assert name in archive or name in found, f"{name} of a channel"
            (archive if name in archive else found)[name] = value
        return found

    @route("POST", "/channels/{channel}/messages/{number}/threads")
    async def create_thread(self, body: Json, query: Json, channel: str, number: str) -> Json:
        thread = self.world.add_thread(self.world.find_message(channel, number)["id"], channel, body)
        await self.gateway.dispatch("THREAD_CREATE", thread | {"newly_created": True})
        return thread

    # --- messages -----------------------------------------------------------------------------------

    @route("GET", "/channels/{channel}/messages")
    async def get_history(self, body: Json, query: Json, channel: str) -> list[Json]:
        self.world.find_channel(channel)
        assert query.keys() <= {"before", "after", "limit"}
        before, after = int(query.get("before", 1 << 64)), int(query.get("after", 0))
        found = [message for message in self.world.messages[channel].values() if after < int(message["id"]) < before]
        limit = int(query.get("limit", 50))
        return (found[:limit] if after else found[-limit:])[::-1]

    @route("POST", "/channels/{channel}/messages")
    async def post_message(self, body: Json, query: Json, channel: str) -> Json:
        message = self.world.post(channel, body)
        # Only this answer carries the nonce: who reads the history later does not see it.
        return message | ({"nonce": body["nonce"]} if body.get("nonce") is not None else {})

    @route("GET", "/channels/{channel}/messages/{number}")
    async def get_message(self, body: Json, query: Json, channel: str, number: str) -> Json:
        return self.world.find_message(channel, number)

    @route("PATCH", "/channels/{channel}/messages/{number}")
    async def edit_message(self, body: Json, query: Json, channel: str, number: str) -> Json:
        message = self.world.find_message(channel, number)
        if message["author"]["id"] != APPLICATION:
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        return self._edit(message, body)

    def _edit(self, message: Json, body: Json) -> Json:
        message["flags"] &= ~LOADING
        message["edited_timestamp"] = self.world.now()
        self.world.write(message, body)
        return message

    @route("DELETE", "/channels/{channel}/messages/{number}")
    async def delete_message(self, body: Json, query: Json, channel: str, number: str) -> None:
        del self.world.messages[channel][self.world.find_message(channel, number)["id"]]

    # --- events -------------------------------------------------------------------------------------

    @route("GET", "/guilds/{guild}/scheduled-events")
    async def get_events(self, body: Json, query: Json, guild: str) -> list[Json]:
        return [*self.world.events.values()]

    @route("POST", "/guilds/{guild}/scheduled-events")
    async def create_event(self, body: Json, query: Json, guild: str) -> Json:
        return self.world.add_event(body)

    @route("PATCH", "/guilds/{guild}/scheduled-events/{number}")
    async def edit_event(self, body: Json, query: Json, guild: str, number: str) -> Json:
        self.world.find_event(number).update(body)
        return self.world.find_event(number)

    @route("DELETE", "/guilds/{guild}/scheduled-events/{number}")
    async def delete_event(self, body: Json, query: Json, guild: str, number: str) -> None:
        del self.world.events[self.world.find_event(number)["id"]]

    # --- interactions -------------------------------------------------------------------------------

    @route("POST", "/interactions/{number}/{token}/callback")
    async def answer(self, body: Json, query: Json, number: str, token: str) -> Json | None:
        answer = self.world.answers.get(token)
        if answer is None or (not answer.steps and answer.age > self.world.patience):
            raise Refusal(404, 10062, "Unknown interaction")
        if answer.steps:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        interaction, kind, data = answer.interaction, body["type"], body.get("data") or {}
        if kind not in _CALLBACKS[interaction["type"]] or (kind in (6, 7) and answer.clicked is None):
            raise Refusal(400, 50035, f"Invalid Form Body: type {kind} does not answer this interaction")
        message: Json | None = None
        if kind in (4, 5):
            message = self._post(answer, data, LOADING if kind == 5 else 0)
        elif kind in (6, 7):
            assert answer.clicked
            message = self._edit(answer.clicked, data) if kind == 7 else answer.clicked
        if message:
            answer.messages["@original"] = answer.messages[message["id"]] = message
        answer.add("callback", body, message)
        if query.get("with_response") not in ("1", "true"):
            return None
        told: Json = {"id": number, "type": interaction["type"]}
        if message:
            told |= {"response_message_id": message["id"], "response_message_loading": kind == 5,
                     "response_message_ephemeral": bool(message["flags"] & EPHEMERAL)}  # fmt: skip
        return {"interaction": told} | ({"resource": {"type": kind, "message": message}} if kind in (4, 7) else {})

    def _post(self, answer: Answer, body: Json, flags: int = 0) -> Json:
        own = {"type": 20, "application_id": APPLICATION, "webhook_id": APPLICATION}
        return self.world.post(
            answer.interaction["channel_id"], body | {"flags": flags | (body.get("flags") or 0)}, **own
        )

    def _answer(self, token: str) -> Answer:
        answer = self.world.answers.get(token)
        if answer is None or not answer.steps:
            raise Refusal(404, 10015, "Unknown Webhook")
        if answer.age > self.world.token_life:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return answer

    def _sent(self, token: str, number: str) -> tuple[Answer, Json]:
        answer = self._answer(token)
        if number not in answer.messages:
            raise Refusal(404, 10008, "Unknown Message")
        return answer, answer.messages[number]

    @route("POST", f"/webhooks/{APPLICATION}/{{token}}")
    async def follow_up(self, body: Json, query: Json, token: str) -> Json:
        answer = self._answer(token)
        original = answer.messages.get("@original")
        if original and original["flags"] & LOADING:  # the first one takes the place of "is thinking"
            message = self._edit(original, body)
        else:
            message = self._post(answer, body)
            answer.messages[message["id"]] = message
        answer.add("followup", body, message)
        return message

    @route("GET", f"/webhooks/{APPLICATION}/{{token}}/messages/{{number}}")
    async def get_answer(self, body: Json, query: Json, token: str, number: str) -> Json:
        return self._sent(token, number)[1]

    @route("PATCH", f"/webhooks/{APPLICATION}/{{token}}/messages/{{number}}")
    async def edit_answer(self, body: Json, query: Json, token: str, number: str) -> Json:
        answer, message = self._sent(token, number)
        self._edit(message, body)
        answer.add("edit", body, message)
        return message

    @route("DELETE", f"/webhooks/{APPLICATION}/{{token}}/messages/{{number}}")
    async def delete_answer(self, body: Json, query: Json, token: str, number: str) -> None:
        answer, message = self._sent(token, number)
        self.world.messages[message["channel_id"]].pop(message["id"], None)
        answer.messages = {name: kept for name, kept in answer.messages.items() if kept is not message}
        answer.add("delete", {}, None)
