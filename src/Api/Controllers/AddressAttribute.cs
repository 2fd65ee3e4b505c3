using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace S3Auth.Api.Controllers;

/// <summary>
/// An account in a request's path: parsed before anything else, like those in bodies. The only thing that is taken from anywhere but a
/// body, which is why it does not go through what MVC has for values of all kinds.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class AddressAttribute : ModelBinderAttribute<AddressAttribute.Binder>
{
    public AddressAttribute() => BindingSource = BindingSource.Path;

    internal sealed class Binder : IModelBinder
    {
        public Task BindModelAsync(ModelBindingContext bindingContext)
        {
            var member = bindingContext.FieldName;
            var text = bindingContext.HttpContext.GetRouteValue(member) as string;
            if (!Ss58.TryDecode(text, out var account, out var error))
            {
                var what = error.Describe();
                throw new RefusedException(
                    RefusalCode.InvalidRequest,
                    Sentence.Correct(member, what),
                    new Dictionary<string, string[]>(StringComparer.Ordinal) { [member] = [what] });
            }

            bindingContext.Result = ModelBindingResult.Success(account);
            return Task.CompletedTask;
        }
    }
}
