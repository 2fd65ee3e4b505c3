using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;
using Microsoft.Extensions.Options;

namespace S3Auth.Api.Json;

/// <summary>
/// Binds the two parameters that most actions have, the body and the cancellation token, without the binding contexts that MVC creates for
/// each parameter.
/// </summary>
internal sealed class DirectParameterBinder(
    WireJsonInputFormatter body,
    IModelMetadataProvider metadata,
    IModelBinderFactory binders,
    IObjectModelValidator validator,
    IOptions<MvcOptions> options,
    ILoggerFactory loggers)
    : ParameterBinder(metadata, binders, validator, options, loggers)
{
    /// <inheritdoc/>
    public override async ValueTask<ModelBindingResult> BindModelAsync(
        ActionContext actionContext,
        IModelBinder modelBinder,
        IValueProvider valueProvider,
        ParameterDescriptor parameter,
        ModelMetadata metadata,
        object? value,
        object? container)
    {
        ArgumentNullException.ThrowIfNull(actionContext);
        ArgumentNullException.ThrowIfNull(parameter);

        if (parameter.ParameterType == typeof(CancellationToken))
        {
            return ModelBindingResult.Success(actionContext.HttpContext.RequestAborted);
        }

        if (parameter.BindingInfo?.BindingSource == BindingSource.Body)
        {
            return ModelBindingResult.Success(await body.ReadAsync(actionContext.HttpContext, parameter.ParameterType));
        }

        return await base.BindModelAsync(actionContext, modelBinder, valueProvider, parameter, metadata, value, container);
    }
}
