using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;
using Microsoft.Extensions.Options;

namespace S3Auth.Api.Json;

internal static class DependencyInjection
{
    /// <summary>Makes the controllers read and write JSON only, as <see cref="WireJson"/>.</summary>
    internal static IMvcCoreBuilder AddWireJson(this IMvcCoreBuilder mvc)
    {
        mvc.Services.AddSingleton(new BodyMemory());
        mvc.Services.AddSingleton<IObjectModelValidator, NoModelValidation>();
        mvc.Services.AddSingleton<OutputFormatterSelector, OnlyFormatter>();
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

    /// <summary>Selects the only formatter. MVC would parse the Accept header of each request first.</summary>
    private sealed class OnlyFormatter(IOptions<MvcOptions> options) : OutputFormatterSelector
    {
        public override IOutputFormatter SelectFormatter(
            OutputFormatterCanWriteContext context, IList<IOutputFormatter> formatters, MediaTypeCollection contentTypes) =>
            options.Value.OutputFormatters[0];
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
