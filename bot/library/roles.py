"""What a section is for, by its heading, and what a sentence does, by its words. Pure.

The headings are those that paper reviews really have, in the languages in which such sites are common.
"""

import re
from collections.abc import Sequence
from typing import Literal

Role = Literal["intro", "about", "opinion", "aside", "other"]

_MAX_TITLE = 80  # characters; a longer heading is a sentence of its own

_ASIDE = re.compile(
    r"^\W*(?:reference|bibliograph|further reading|links?\b|resources?\b|appendi|slides?\b|acknowledg|citation|citing"
    r"|papers that cite|see also|(?:open |discussion )?questions?\b|for discussion|footnote|notation"
    r"|literatur|quellen|(?:offene )?fragen|anhang|références|questions ouvertes|annexe|referencias|preguntas|anexo"
    r"|参考|參考|问题|問題|疑問|付録|참고|질문|부록)",
    re.IGNORECASE,
)
_OPINION = re.compile(
    r"thoughts?\b|take-?aways?\b|take away|opinion|discuss|critique|criticism|comments?\b|strength|weakness|limits\b"
    r"|limitation|conclu|reflection|remarks?\b|verdict|\bpros\b|\bcons\b|caveat|falls? short|push back|objection"
    r"|(?:is|was) missing|we made of|impression|counterpoint|assessment|lessons|liked\b|drawback|shortcoming"
    r"|^(?:the )?(?:good|bad)\b|^(?:my|our|some) (?:view|review|take|notes|concern)"
    r"|critical (?:review|reading|assessment)"
    r"|gedanken|fazit|meinung|diskussion|kritik|bewertung|schlussfolger|stärken|schwäche|einschränkung|grenzen"
    r"|anmerkung|réflexion|\bavis\b|faiblesse|limites|points forts|remarque|à retenir"
    r"|opini[oó]n|conclusi|crítica|limitaci|fortaleza|debilidad|comentario|discusi"
    r"|思考|想法|感想|总结|總結|结论|結論|评价|評價|讨论|討論|优点|优缺|缺点|優點|優缺|缺點|局限|点评|心得|考察|議論|所感|まとめ|課題|限界"
    r"|생각|의견|결론|토의|토론|한계|장점|단점|장단점|느낀|고찰|평가|후기",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"background|\bcontext\b|summar|overview|tl;?dr|abstract|introduc|motivation|contribution"
    r"|^what (?:they|it|is|are)\b|\bidea|key points?\b"
    r"|problem|thesis|proposal|why this|in (?:short|brief)|the gist|goals?\b|purpose"
    r"|hintergrund|zusammenfassung|überblick|einleitung|einführung|beitrag|worum|\bziel|résumé|aperçu"
    r"|contexte|objectif|en bref|resumen|introducción|aportaci|contribuci|antecedentes|contexto|objetivo"
    r"|摘要|背景|概述|概括|简介|簡介|引言|介绍|动机|動機|贡献|貢獻|概要|要約|はじめに|貢献|目的|요약|개요|소개|서론|동기|기여|배경|초록",
    re.IGNORECASE,
)
# Words by which a sentence tells what the paper is or does.
_PAPER = re.compile(
    r"\b(?:this|the|these|their) (?:\w{1,20} )?(?:papers?|work|article|study|survey|essay|authors?|researchers)\b"
    r"|\bin this (?:paper|work|article)"
    r"|\bwe (?:\w{1,12} )?(?:propose|introduce|present|show|prove|describe|develop|study|investigate|examine)\b"
    r"|\bdiese[sr]? (?:paper|arbeit|artikel|studie)|\bdie autor"
    r"|\bcet(?:te)? (?:article|étude|papier)|\bles auteur|\best[ea] (?:artículo|trabajo|estudio)|\blos autor"
    r"|本文|论文|論文|作者|著者|논문|저자",
    re.IGNORECASE,
)
_PROVENANCE = re.compile(
    r"\b(?:presented (?:at|in|about)|(?:I|we) presented|will present|appeared (?:at|in)|to appear|published"
    r"|written for|won|best paper|cited|found this (?:paper|work))\b"
)
_CLAIM = re.compile(
    r"\b(?:propos|introduc|present|argu|show|stud|investigat|ask|develop|describ|analy[sz]|evaluat|explor|survey|measur"
    r"|demonstrat|examin|defin|address|claim|review|suggest|synthesi[sz]|question)(?:e|es|s|ed|ing|y|ies|ied)?\b"
    r"|\bvorgeschlagen|\bschlagen|\bzeigen|\bproposent|\bmontrent|\bproponen|\bmuestran|提出|表明|提案|示[すし]|제안|보여",
    re.IGNORECASE,
)
_LEANING = re.compile(
    r"\(|[\"'“‘]?(?:(?:this|these)(?! (?:\w{1,20} )?(?:paper|work|article|study|survey|essay))"
    r"|that|those|it|its|they|their|them|he|she|his|her|here|there|but|and|or|so|yet|however|moreover|furthermore"
    r"|additionally|also|instead|thus|hence|because(?=,)|therefore|then|otherwise|similarly|likewise|meanwhile|nonetheless|nevertheless|besides|conversely"
    r"|consequently|such|another|both|finally|second(?:ly)?|third(?:ly)?|next|in contrast|on the other hand|in addition"
    r"|for (?:example|instance)|as a result|to be sure|(?:by|for|from|of|to|with) (?:this|that|these|those|them|it)"
    r"|the (?:first|second|third|former|latter)"
    r"|dies|aber|und|jedoch|außerdem|daher|deshalb|sie|mais|cependant|ainsi|ils|elles?|pero|sin embargo|además|esto)\b"
    r"|但|然而|而且|因此|此外|这(?!篇)|這(?!篇)|しかし|また|そして|これ|それ|그러나|하지만|또한|이는|그리고",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?:I|I['’](?:m|ve|d|ll)|[Mm]y|me|[Ii]ch|[Mm]eine?|[Jj]e|mon|[Yy]o)\b|我|私|나는|저는")
_CITATION = re.compile(r"\[[0-9][0-9, –-]{0,20}\]|\([A-Z][^()]{1,60}\b(?:19|20)[0-9]{2}[a-z]?\)")
_JUDGEMENT = re.compile(
    r"\b(?:I|we)(?:['’](?:m|d|ve)| am| was| were| would| also| really| still| do| don['’]t| didn['’]t| must){0,4}"
    r" (?:think|thought|liked?|loved?|enjoy(?:ed)?|(?:dis)?agree|believed?|find|found|wonder(?:ed)?|doubt(?:ed)?"
    r"|feel|felt|wish|hoped?|suspect|prefer|appreciated?|surprised|impressed|s[kc]eptical|convinced|curious|not sure"
    r"|unsure|worried|excited|expect(?:ed)?|buy|miss(?:ed)?)\b"
    r"|\bin my (?:opinion|view)\b"
    r"|\bmy (?:main |biggest |only )?(?:concern|issue|complaint|takeaway|favou?rite|impression|guess)\b"
    r"|\bich (?:finde|fand|denke|glaube|meine)\b|\bmeiner (?:meinung|ansicht)|\bje (?:pense|trouve|crois)\b|à mon avis"
    r"|selon moi|\b(?:creo|pienso|opino) que|en mi opinión|我(?:认为|認為|觉得|覺得|想|喜欢|喜歡)|と思[ういっ]|と感じ"
    r"|생각(?:한다|합니다|된다|해)",
    re.IGNORECASE,
)


def section_role(headings: Sequence[str]) -> Role:
    """Tell what the nearest of the headings above a sentence (the outermost first) that says so is for."""
    for title in reversed(headings):
        if len(title) > _MAX_TITLE:
            continue
        if _ASIDE.search(title):
            return "aside"
        if _OPINION.search(title):
            return "opinion"
        if _ABOUT.search(title):
            return "about"
    return "other" if headings else "intro"


def names_paper(sentence: str) -> bool:
    """Tell whether a sentence speaks of the paper or its authors."""
    return bool(_PAPER.search(sentence))


def makes_claim(sentence: str) -> bool:
    """Tell whether a sentence has a verb of what papers do: they propose, argue, measure."""
    return bool(_CLAIM.search(sentence))


def leans(sentence: str) -> bool:
    """Tell whether a sentence begins as one that needs the one before it, or stands in brackets."""
    return bool(_LEANING.match(sentence))


def is_personal(sentence: str) -> bool:
    """Tell whether the writer speaks of himself or herself; the `we` of abstracts does not count."""
    return bool(_PERSON.search(sentence))


def tells_provenance(sentence: str) -> bool:
    """Tell whether a sentence says where the paper appeared, or how it was found, more than what it holds."""
    return bool(_PROVENANCE.search(sentence))


def cites(sentence: str) -> bool:
    """Tell whether a sentence carries citations, `[3, 4]` or `(Bender et al., 2021)`."""
    return bool(_CITATION.search(sentence))


def judges(sentence: str) -> bool:
    """Tell whether a sentence says what its writer thinks, in the first person."""
    return bool(_JUDGEMENT.search(sentence))
