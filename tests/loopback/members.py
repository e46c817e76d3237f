"""What members do: they type, click, choose and fill in, only where Discord would let them."""

import copy
from typing import Any

from simcord.components import walk_components

from tests.loopback.gateway import Gateway
from tests.loopback.world import APPLICATION, ORGANISER, Answer, Json, World, snowflake


class Unanswered(AssertionError):
    """The member reads: the application did not respond."""


class Members:
    """Acts as a member: as Ada, an organiser, unless it is said `by` whom."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self.world = world
        self.gateway = gateway
        self.ada = world.add_member("ada", ORGANISER)
        self.grace = world.add_member("grace")

    async def interact(self, kind: int, data: Json, by: Json | None = None, message: Json | None = None) -> Answer:
        """Send an interaction, and wait for the bot to answer it: until it no longer "is thinking".

        Raises Unanswered when nothing comes in time, as when no bot is connected.
        """
        world, member, token = self.world, by or self.ada, f"token-{snowflake()}"
        channel = world.channels[message["channel_id"]] if message else world.channel
        permissions = {"permissions": member["permissions"]}
        interaction = {
            "id": snowflake(), "application_id": APPLICATION, "type": kind, "data": data, "token": token, "version": 1,
            "guild_id": world.guild["id"], "guild": {"id": world.guild["id"], "features": [], "locale": "en-US"},
            "channel_id": channel["id"], "channel": channel | permissions, "member": member, "locale": "en-US",
            "guild_locale": "en-US", "app_permissions": world.members[APPLICATION]["permissions"], "entitlements": [],
            "authorizing_integration_owners": {"0": world.guild["id"]}, "context": 0,
            "attachment_size_limit": 10_485_760,
        } | ({"message": message} if message else {})  # fmt: skip
        answer = world.answers[token] = Answer(interaction, message)
        await self.gateway.dispatch("INTERACTION_CREATE", interaction)
        try:
            await answer.until(1, world.patience)
        except TimeoutError:
            raise Unanswered(f"the bot did not respond to {data} within {world.patience} s") from None
        return await answer.until(2) if answer.callback["type"] == 5 else answer

    def _command(self, name: str, kind: int = 1) -> Json:
        found = [command for command in self.world.commands if (command["name"], command["type"]) == (name, kind)]
        assert found, f"no command of type {kind} is registered as {name!r}"
        return found[0]

    def _typed(self, name: str, values: Json, focused: str = "") -> Json:
        first, *words = name.split()
        command = self._command(first)
        levels = [command]
        for word in words:
            levels.append(next(part for part in levels[-1]["options"] if part["name"] == word))
        known = {option["name"]: option for option in levels[-1].get("options", [])}
        assert values.keys() <= known.keys(), f"/{name} takes {[*known]}, not {[*values]}"
        missing = [option for option in known.values() if option.get("required") and option["name"] not in values]
        assert focused or not missing, f"/{name} needs {missing}"
        options: list[Json] = [{"name": key, "type": known[key]["type"], "value": values[key]} for key in values]
        for option in options:
            if option["name"] == focused:
                assert known[focused].get("autocomplete"), f"{focused} of /{name} completes nothing"
                option["focused"] = True
        chosen = {option["value"] for option in options if option["type"] in (6, 7, 8)}
        for level in reversed(levels[1:]):
            options = [{"name": level["name"], "type": level["type"], "options": options}]
        return {"id": command["id"], "name": first, "type": 1, "options": options, "resolved": self._resolved(chosen)}

    def _resolved(self, chosen: set[str]) -> Json:
        members = {number: member for number, member in self.world.members.items() if number in chosen}
        return {
            "members": members,
            "users": {number: member["user"] for number, member in members.items()},
            "channels": {n: channel | {"permissions": "0"} for n, channel in self.world.channels.items() if n in chosen},
            "roles": {role["id"]: role for role in self.world.guild["roles"] if role["id"] in chosen},
        }  # fmt: skip

    async def slash(self, command: str, /, by: Json | None = None, **values: Any) -> Answer:
        """Type a command, such as "club status"; members, channels and roles are given as their ids."""
        return await self.interact(2, self._typed(command, values), by)

    async def complete(
        self, command: str, option: str, text: str, by: Json | None = None, **values: Any
    ) -> list[dict[str, Any]]:
        """Type into an option; give the choices that are offered."""
        answer = await self.interact(4, self._typed(command, values | {option: text}, option), by)
        return answer.data["choices"]

    async def context(self, name: str, message: Json, by: Json | None = None) -> Answer:
        """Choose a command of the menu of a message."""
        number, command = message["id"], self._command(name, 3)
        data = {"id": command["id"], "name": name, "type": 3, "target_id": number}
        return await self.interact(2, data | {"resolved": {"messages": {number: message}}}, by)

    async def click(self, message: Json, label: str, by: Json | None = None) -> Answer:
        """Click the button of a message that has a label, or a custom_id."""
        buttons = [part for part in walk_components(message["components"]) if part["type"] == 2]
        found = [part for part in buttons if label in (part.get("label"), part.get("custom_id"))]
        assert found, f"no button {label!r}, only {[part.get('label') for part in buttons]}"
        assert "custom_id" in found[0], f"{label!r} is a link"
        assert not found[0].get("disabled"), f"{label!r} is disabled"
        data = {"custom_id": found[0]["custom_id"], "component_type": 2, "id": found[0]["id"]}
        return await self.interact(3, data, by, message)

    async def choose(self, message: Json, *labels: str, by: Json | None = None) -> Answer:
        """Choose in the menu of a message that offers the first of some options, by their labels or values."""
        menus = [part for part in walk_components(message["components"]) if part["type"] == 3]
        values = [{option[key]: option["value"] for option in menu["options"] for key in ("value", "label")} for menu in menus]  # fmt: skip
        found = [(menu, names) for menu, names in zip(menus, values, strict=True) if labels[0] in names]
        assert found, f"no menu offers {labels[0]!r}, only {values}"
        menu, names = found[0]
        assert menu.get("min_values", 1) <= len(labels) <= menu.get("max_values", 1), f"not so many: {labels}"
        data = {"custom_id": menu["custom_id"], "component_type": 3, "id": menu["id"]}
        return await self.interact(3, data | {"values": [names[label] for label in labels]}, by, message)

    async def pick(self, message: Json, custom_id: str, *numbers: str, by: Json | None = None) -> Answer:
        """Choose channels, roles or members, by their ids, in the menu of a message that has a custom_id."""
        menus = [part for part in walk_components(message["components"]) if 5 <= part["type"] <= 8]
        found = [menu for menu in menus if menu["custom_id"] == custom_id]
        assert found, f"no menu {custom_id!r}, only {[menu['custom_id'] for menu in menus]}"
        assert found[0].get("min_values", 1) <= len(numbers) <= found[0].get("max_values", 1), f"not so many: {numbers}"
        kinds = found[0].get("channel_types") or {channel["type"] for channel in self.world.channels.values()}
        resolved = self._resolved({*numbers})
        assert all(channel["type"] in kinds for channel in resolved["channels"].values()), "the menu does not list it"
        data = {"custom_id": custom_id, "component_type": found[0]["type"], "id": found[0]["id"], "values": [*numbers]}
        return await self.interact(3, data | {"resolved": {kind: those for kind, those in resolved.items() if those}}, by, message)  # fmt: skip

    async def submit(self, modal: Answer, by: Json | None = None, **values: Any) -> Answer:
        """Fill in the form that was answered, by the custom_ids of its fields, and send it."""
        assert modal.callback["type"] == 9, "that is no form"
        sent = copy.deepcopy(modal.data["components"])
        fields = [part for part in walk_components(sent) if "custom_id" in part]
        assert values.keys() <= {part["custom_id"] for part in fields}, f"the form asks for {fields}"
        for part in fields:
            text = part["type"] == 4
            value = values.get(part["custom_id"], part.get("value") or ("" if text else []))
            assert value or not part.get("required", True), f"{part['custom_id']} is required"
            wanted = {"type": part["type"], "custom_id": part["custom_id"], "value" if text else "values": value}
            part.clear()
            part.update(wanted)
        data = {"custom_id": modal.data["custom_id"], "components": sent}
        return await self.interact(5, data, by, modal.clicked)
