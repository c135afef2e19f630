/* Stands in for Microsoft's office.js in tests: what the add-in's page uses of it, as it is documented, and a way to
   call a custom function as Excel does. Written from the documentation; nothing here is Microsoft's. */
"use strict";

(() => {
  const functions = {};

  class CustomFunctionsError {
    constructor(code, message) {
      this.code = code;
      this.message = message;
    }
  }

  window.Office = { onReady: () => Promise.resolve({ host: "Excel", platform: "OfficeOnline" }) };
  window.CustomFunctions = {
    associate: (id, implementation) => {
      functions[id] = implementation;
    },
    Error: CustomFunctionsError,
    ErrorCode: {
      invalidValue: "#VALUE!",
      notAvailable: "#N/A",
      divisionByZero: "#DIV/0!",
      invalidNumber: "#NUM!",
      nullReference: "#NULL!",
      invalidName: "#NAME?",
      invalidReference: "#REF!",
    },
  };

  function cell(value) {
    return value !== null && typeof value === "object" && "errorCell" in value
      ? new CustomFunctionsError(value.errorCell)
      : value;
  }

  function shown(value) {
    return value instanceof CustomFunctionsError ? { code: value.code, reason: value.message } : value;
  }

  const excel = {
    functions,

    /* One formula: every declared argument as a matrix, null if left out, then the invocation. */
    async formula(id, given) {
      const matrices = given.map((argument) => (argument === null ? null : argument.map((row) => row.map(cell))));
      return excel.called(id, [...matrices, { address: "Sheet1!A1" }]);
    },

    async called(id, parameters) {
      try {
        return (await functions[id](...parameters)).map((row) => row.map(shown));
      } catch (error) {
        if (!(error instanceof CustomFunctionsError)) throw error;
        return { thrown: shown(error) };
      }
    },

    formulas: (calls) => Promise.all(calls.map(([id, given]) => excel.formula(id, given))),
  };
  window.excel = excel;
})();
