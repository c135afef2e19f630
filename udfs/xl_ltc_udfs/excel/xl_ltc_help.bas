Attribute VB_Name = "xl_ltc_help"
Option Explicit
' What the Insert Function and Function Arguments dialogs say of the worksheet functions.

' Excel may refuse to describe the functions of a hidden workbook, as an add-in is; it is then shown for that moment.
' The functions work without their help, so nothing is said when that fails too.
Public Sub DescribeFunctions()
    On Error Resume Next
    DescribeAll
    If Err.Number <> 0 Then
        Application.ScreenUpdating = False
        ThisWorkbook.IsAddin = False
        DescribeAll
        ThisWorkbook.IsAddin = True
        Application.ScreenUpdating = True
    End If
    ThisWorkbook.Saved = True
End Sub

Private Sub Describe(ByVal name As String, ByVal group As String, ByVal description As String, ByVal arguments As Variant)
    Application.MacroOptions Macro:="'" & ThisWorkbook.Name & "'!" & name, Description:=description, _
        Category:=group, ArgumentDescriptions:=arguments
End Sub

Private Sub DescribeAll()
    ' <functions>
End Sub
