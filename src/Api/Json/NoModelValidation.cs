using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;

namespace S3Auth.Api.Json;

/// <summary>
/// Takes the place of MVC's own validation, which walks through every member of a request for attributes that none has: requests are
/// parsed when they are read, and validated in the pipeline of their command.
/// </summary>
internal sealed class NoModelValidation : IObjectModelValidator
{
    public void Validate(ActionContext actionContext, ValidationStateDictionary? validationState, string prefix, object? model)
    {
    }
}
