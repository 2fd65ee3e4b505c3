using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace S3Auth.Api.Controllers;

/// <summary>Binds the <see cref="ListingTarget"/> from the raw target of a request.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class ListingTargetAttribute : ModelBinderAttribute<ListingTargetAttribute.Binder>
{
    public ListingTargetAttribute() => BindingSource = BindingSource.Path;

    /// <summary>Returns the <c>detail</c> for a parameter that cannot be signed.</summary>
    internal static string Wrong(string parameter) => parameter == "start-after"
        ? $"Send a key of at most {ObjectName.MaxBytes} bytes as 'start-after', percent-encoded, or leave it out for the first page."
        : "Send the NextContinuationToken of the previous page as 'continuation-token', percent-encoded, at most "
            + $"{GetMinerListCommand.MaxTokenLength} bytes.";

    internal sealed class Binder : IModelBinder
    {
        public Task BindModelAsync(ModelBindingContext bindingContext)
        {
            // The in-memory test server has no request target.
            var context = bindingContext.HttpContext;
            var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget is { Length: > 0 } raw
                ? raw
                : context.Request.GetEncodedPathAndQuery();
            if (!ListingTarget.TryRead(target, out var read, out var wrong) && wrong is not null)
            {
                throw new RefusedException(
                    RefusalCode.InvalidRequest,
                    Wrong(wrong),
                    new Dictionary<string, string[]>(StringComparer.Ordinal) { [wrong] = [Wrong(wrong)] });
            }

            // No token of this server is in a target whose path is spelled differently.
            bindingContext.Result = ModelBindingResult.Success(read ?? new ListingTarget { Token = "" });
            return Task.CompletedTask;
        }
    }
}
