"""Commands in sentences."""

from bot.ui.mentions import Mentions


def test_a_command_is_named_as_it_is_typed_while_its_id_is_not_known() -> None:
    mentions = Mentions()
    assert mentions.mention("papers") == "`/papers`"
    assert mentions.mention("club status") == "`/club status`"
    assert mentions.mention("paper", "bert_devlin") == "`/paper bert_devlin`"
