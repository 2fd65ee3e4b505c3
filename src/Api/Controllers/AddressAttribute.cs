using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace S3Auth.Api.Controllers;

/// <summary>
/// Binds an SS58 address in a request's path. MVC's value providers are turned off, because everything else is read from the body.
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
