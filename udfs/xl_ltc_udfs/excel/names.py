"""Names that VBA can compile."""

from __future__ import annotations

from typing import Final

from xl_ltc_udfs.registry import Argument

_RESERVED_WORDS: Final = """
    abs addressof and any array as attribute boolean byref byte byval call case cbool cbyte ccur cdate cdbl cdec
    cdecl cint circle clng clnglng clngptr close const csng cstr currency cvar cverr date debug decimal declare
    defbool defbyte defcur defdate defdbl defdec defint deflng deflnglng deflngptr defobj defsng defstr defvar
    dim do doevents double each else elseif empty end endif enum eqv erase event exit false fix for friend
    function get global gosub goto if imp implements in input inputb int integer is lbound len lenb let like
    lineinput lock long longlong longptr loop lset me mod new next not nothing null on open option optional or
    paramarray preserve print private pset public put raiseevent redim rem resume return rset scale seek select
    set sgn shared single spc static stop string sub tab then to true type typeof ubound unlock until variant
    wend while with withevents write xor
    """
"""Reserved identifiers of VBA, [MS-VBAL] 3.3.5.2."""
_WORDS_OF_STATEMENTS: Final = ("output", "step")
"""Names to Excel, but not to every compiler of VBA: LibreOffice takes them for parts of Open and For."""
_RESERVED: Final = frozenset((*_RESERVED_WORDS.split(), *_WORDS_OF_STATEMENTS))


def parameter_name(argument: Argument) -> str:
    """An argument's name as a parameter in VBA; a reserved one takes an underscore at its end, as in Python."""
    return f"{argument.name}_" if argument.name.lower() in _RESERVED else argument.name
