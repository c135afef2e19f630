' Later, when Excel has opened the workbooks it starts with.
Private Sub Workbook_Open()
    Application.OnTime Now, "'" & Me.Name & "'!DescribeFunctions"
End Sub
