using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;

namespace S3Auth.Api.Json;

internal static class DependencyInjection
{
    /// <summary>Makes the controllers read and write JSON only, as <see cref="WireJson"/>.</summary>
    internal static IMvcCoreBuilder AddWireJson(this IMvcCoreBuilder mvc)
    {
        mvc.Services.AddSingleton(new BodyMemory());
        mvc.Services.AddSingleton<IObjectModelValidator, NoModelValidation>();
        mvc.Services.AddSingleton<IActionResultTypeMapper, WireJsonResultMapper>();
        mvc.Services.AddSingleton<WireJsonInputFormatter>();
        mvc.Services.AddSingleton<ParameterBinder, DirectParameterBinder>();
        mvc.Services.AddOptions<MvcOptions>().Configure<WireJsonInputFormatter>((options, formatter) =>
        {
            options.InputFormatters.Clear();
            options.InputFormatters.Add(formatter);
            options.OutputFormatters.Clear();
            options.OutputFormatters.Add(new WireJsonOutputFormatter());

            // Requests have a JSON body only: no form, no query, no route values.
            options.ValueProviderFactories.Clear();

            // The default filters are for other formats and other kinds of refusals.
            options.Filters.Clear();
        });

        return mvc.ConfigureApiBehaviorOptions(options =>
        {
            options.SuppressModelStateInvalidFilter = true;
            options.SuppressMapClientErrors = true;
        });
    }

    /// <summary>
    /// Writes what actions return as JSON. MVC's own result would list the formatters and parse the Accept header for each answer. Actions
    /// return the answer or an <see cref="IActionResult"/>, not an <c>ActionResult&lt;T&gt;</c>.
    /// </summary>
    private sealed class WireJsonResultMapper : IActionResultTypeMapper
    {
        public Type GetResultDataType(Type returnType) => returnType;

        public IActionResult Convert(object? value, Type returnType) => new WireJsonResult(value);
    }

    private sealed class WireJsonResult(object? value) : IActionResult
    {
        public Task ExecuteResultAsync(ActionContext context) => WireJsonOutputFormatter.WriteAsync(context.HttpContext, value);
    }

    /// <summary>
    /// Turns off the validation of MVC, which would search every member of a request for attributes that no request has. The parser and the
    /// validators of the pipeline check requests.
    /// </summary>
    private sealed class NoModelValidation : IObjectModelValidator
    {
        public void Validate(ActionContext actionContext, ValidationStateDictionary? validationState, string prefix, object? model)
        {
        }
    }
}
