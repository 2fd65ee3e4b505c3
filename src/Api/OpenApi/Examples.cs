using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace S3Auth.Api.OpenApi;

/// <summary>
/// The examples of the OpenAPI document: the files in the folder <c>Examples</c>, each named after the type on the wire, and the answers to
/// refused requests, which <see cref="RefusalCode"/> declares. Tests compare the files with the schemas and the types.
/// </summary>
internal static class Examples
{
    /// <summary>The request id of each example.</summary>
    private const string RequestId = "2f1c6c1e0f6f4b0c8f3d5a7e9b1c2d3e";

    private const string Prefix = "Examples.";
    private const string Suffix = ".json";

    /// <summary>The names of the examples: of a type, such as <c>Health</c>, and of another status, such as <c>Readiness.503</c>.</summary>
    internal static IEnumerable<string> Names => typeof(Examples).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(name => name[Prefix.Length..^Suffix.Length]);

    /// <summary>Returns the text of an example; null if there is none of this name.</summary>
    internal static string? Read(string name)
    {
        using var stream = typeof(Examples).Assembly.GetManifestResourceStream(Prefix + name + Suffix);
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Returns an example for NSwag, which writes with Newtonsoft.Json; null if there is none of this name.</summary>
    internal static JToken? Find(string name) => Read(name) is { } text ? Parse(text) : null;

    /// <summary>Returns the answer to a refused request.</summary>
    /// <param name="refusal">The refusal.</param>
    /// <param name="operation">The operation's id: a file <c>{operation}.{code}</c> overrides what the refusal declares.</param>
    /// <param name="request">The type of the request's body; null if the operation has none.</param>
    internal static JToken Of(Refusal refusal, string operation, Type? request) =>
        Find($"{operation}.{refusal.Name}") ?? Of(ProblemKind.Of(refusal.Code), DetailOf(refusal, request), ErrorsOf(refusal));

    /// <summary>Returns the answer to a request that the HTTP server refuses.</summary>
    internal static JToken Of(ProblemKind kind, string detail, IReadOnlyDictionary<string, string[]>? errors = null) =>
        Parse(System.Text.Json.JsonSerializer.Serialize(kind.With(detail, RequestId, errors), WireJson.Readable.Problem));

    private static Dictionary<string, string[]>? ErrorsOf(Refusal refusal) => refusal.Code == RefusalCode.InvalidRequest
        ? new Dictionary<string, string[]>(StringComparer.Ordinal) { ["hotkey"] = [refusal.Example] }
        : null;

    private static string DetailOf(Refusal refusal, Type? request)
    {
        var detail = new StringBuilder(refusal.Example);
        if (refusal.Code == RefusalCode.InvalidSignature && request is not null)
        {
            var signed = (ISignedRequest)System.Text.Json.JsonSerializer.Deserialize(Read(request.Name)!, request, WireJson.Default)!;
            detail.Replace("{text}", signed.Proofs[0].Text).Replace("{hotkey}", signed.Claimant.ToString());
        }

        return detail.ToString();
    }

    // Newtonsoft.Json otherwise turns texts that look like dates into dates.
    private static JToken Parse(string text)
    {
        using var reader = new JsonTextReader(new StringReader(text)) { DateParseHandling = DateParseHandling.None };
        return JToken.ReadFrom(reader);
    }
}
