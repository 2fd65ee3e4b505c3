using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;

namespace S3Auth.Api.Json;

internal static class DependencyInjection
{
    /// <summary>Makes the controllers read and write JSON as <see cref="WireJson"/> says, and nothing but JSON.</summary>
    internal static IMvcCoreBuilder AddWireJson(this IMvcCoreBuilder mvc)
    {
        // The OpenAPI document describes types by the options of minimal APIs: the same ones.
        mvc.Services.ConfigureHttpJsonOptions(options => Apply(options.SerializerOptions));

        mvc.Services.AddSingleton(new BodyMemory());
        mvc.Services.AddSingleton<IObjectModelValidator, NoModelValidation>();
        mvc.Services.AddOptions<MvcOptions>().Configure<BodyMemory, TimeProvider>((options, memory, time) =>
        {
            options.InputFormatters.Clear();
            options.InputFormatters.Add(new WireJsonInputFormatter(memory, time));
            options.OutputFormatters.Clear();
            options.OutputFormatters.Add(new WireJsonOutputFormatter());

            // What a request says stands in its JSON body and nowhere else: no form, no query, no route value.
            options.ValueProviderFactories.Clear();

            // They are for other formats than JSON and for other ways to refuse.
            options.Filters.Clear();
        });

        return mvc.ConfigureApiBehaviorOptions(options =>
        {
            options.SuppressModelStateInvalidFilter = true;
            options.SuppressMapClientErrors = true;
        });
    }

    private static void Apply(JsonSerializerOptions options)
    {
        var wire = WireJson.Default.Options;

        options.PropertyNamingPolicy = wire.PropertyNamingPolicy;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.PropertyNameCaseInsensitive = false;
        options.MaxDepth = wire.MaxDepth;
        foreach (var converter in wire.Converters)
        {
            options.Converters.Add(converter);
        }

        options.TypeInfoResolverChain.Insert(0, WireJson.Default);
    }
}
