Attribute VB_Name = "xl_ltc_call"
Option Explicit
Option Private Module
' Calls Python for the worksheet functions: their arguments become cells, the result a cell or an array of cells.

Private Const PYTHON_MODULE As String = "<python module>"
Private Const ERROR_MARK As String = "<error mark>"

Private mPython As Object

Public Function ResultOf(ByVal functionName As String, ByVal arguments As Variant) As Variant
    On Error GoTo NotReached
    ResultOf = WithErrorValues(Called(functionName, CellsOf(arguments)))
    Exit Function
NotReached:
    ResultOf = Unreached(functionName, Err.Description)
End Function

' Value2 has dates and currency as plain numbers, with nothing rounded. A range of several areas goes as it is:
' its Value2 is that of the first area, and Python says so.
Private Function CellsOf(ByVal arguments As Variant) As Variant
    Dim sent() As Variant
    Dim i As Long
    ReDim sent(LBound(arguments) To UBound(arguments))
    For i = LBound(arguments) To UBound(arguments)
        If Not IsObject(arguments(i)) Then
            sent(i) = arguments(i)
        ElseIf arguments(i).Areas.Count = 1 Then
            sent(i) = arguments(i).Value2
        Else
            Set sent(i) = arguments(i)
        End If
    Next i
    CellsOf = sent
End Function

' XLPy reads the whole settings sheet again, so its answer is kept; it is asked again when Python has ended since.
' The brackets pass values: Python must not be given references to variables.
Private Function Called(ByVal functionName As String, ByVal sent As Variant) As Variant
    If Not mPython Is Nothing Then
        On Error Resume Next
        Called = mPython.CallUDF(PYTHON_MODULE, (functionName), (sent))
        If Err.Number = 0 Then Exit Function
        On Error GoTo 0
    End If
    Set mPython = XLPy()
    Called = mPython.CallUDF(PYTHON_MODULE, (functionName), (sent))
End Function

Private Function WithErrorValues(ByVal found As Variant) As Variant
    Dim r As Long
    Dim c As Long
    Select Case Dimensions(found)
        Case 0
            found = CellOf(found)
        Case 1
            For c = LBound(found) To UBound(found)
                found(c) = CellOf(found(c))
            Next c
        Case Else
            For r = LBound(found, 1) To UBound(found, 1)
                For c = LBound(found, 2) To UBound(found, 2)
                    found(r, c) = CellOf(found(r, c))
                Next c
            Next r
    End Select
    WithErrorValues = found
End Function

Private Function Dimensions(ByRef found As Variant) As Long
    Dim last As Long
    If Not IsArray(found) Then Exit Function
    Dimensions = 1
    On Error Resume Next
    last = UBound(found, 2)
    If Err.Number = 0 Then Dimensions = 2
End Function

Private Function CellOf(ByVal value As Variant) As Variant
    CellOf = value
    If VarType(value) <> vbString Then Exit Function
    If Left$(value, Len(ERROR_MARK)) <> ERROR_MARK Then Exit Function
    Select Case Mid$(value, Len(ERROR_MARK) + 1)
        Case "#NUM!"
            CellOf = CVErr(xlErrNum)
        Case "#N/A"
            CellOf = CVErr(xlErrNA)
        Case "#DIV/0!"
            CellOf = CVErr(xlErrDiv0)
        Case "#REF!"
            CellOf = CVErr(xlErrRef)
        Case "#NAME?"
            CellOf = CVErr(xlErrName)
        Case "#NULL!"
            CellOf = CVErr(xlErrNull)
        Case Else
            CellOf = CVErr(xlErrValue)
    End Select
End Function

' Without Python there is nobody else to say why.
Private Function Unreached(ByVal functionName As String, ByVal description As String) As Variant
    If functionName = "LTC_WHY" Then
        Unreached = "The call did not reach xl_ltc in Python: " & OneLine(description)
    Else
        Unreached = CVErr(xlErrValue)
    End If
End Function

' A Python error comes with its traceback; its last line says what is wrong.
Private Function OneLine(ByVal description As String) As String
    Dim lines As Variant
    Dim i As Long
    lines = Split(Replace(description, vbCr, ""), vbLf)
    If InStr(description, "Traceback") = 0 Then
        OneLine = Trim$(Join(lines, " "))
        Exit Function
    End If
    For i = UBound(lines) To LBound(lines) Step -1
        If Trim$(lines(i)) <> "" Then
            OneLine = Trim$(lines(i))
            Exit Function
        End If
    Next i
End Function
