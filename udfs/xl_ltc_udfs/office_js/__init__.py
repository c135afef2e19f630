"""The worksheet functions in Excel on the web, Mac and Windows, through Microsoft's Office.js.

``xl-ltc serve`` serves an add-in from this computer: its manifest, its task pane, the functions' metadata and script,
and the endpoint the script sends the calls to. docs/office_js.md says how to put it into Excel.

Names: the manifest has no ``Namespace`` element, so that the functions carry no prefix and are typed ``LTC_LLR(...)``
as in the other hosts. Microsoft's reference calls the element optional, and others report that functions then go by
their bare name; it was not tried here, where there is no Excel. In a saved workbook Excel writes ``_xldudf_LTC_LLR``;
another host opens such a formula as a name it does not know.
"""
