namespace S3Auth.Deploy.Aws.Tests;

/// <summary>One statement of one policy of a template, wherever it stands.</summary>
/// <param name="Owner">The logical id of what has the policy.</param>
/// <param name="Kind">Its type.</param>
/// <param name="Json">The statement.</param>
internal sealed record Statement(string Owner, string Kind, JsonObject Json)
{
    internal bool Allows => (string?)Json["Effect"] == "Allow";

    internal string Name => (string?)Json["Sid"] ?? "";

    internal IReadOnlyList<string> Actions => Texts(Json["Action"]);

    /// <summary>What it is about; functions as their JSON.</summary>
    internal IReadOnlyList<string> Objects => Texts(Json["Resource"]);

    internal bool IsForAnyone => Json["Principal"] is { } principal && principal.ToJsonString() is "\"*\"" or "{\"AWS\":\"*\"}";

    // Whatever says more than it lists: a test that reads actions and resources alone would be blind to these.
    internal bool SaysAllBut => Json.ContainsKey("NotAction") || Json.ContainsKey("NotResource") || Json.ContainsKey("NotPrincipal");

    /// <summary>
    /// Every statement of a template: found by its shape, in whatever property of whatever resource, so that no kind of policy is
    /// forgotten.
    /// </summary>
    internal static IEnumerable<Statement> In(JsonObject template) =>
        template["Resources"]!.AsObject().SelectMany(resource => Below(resource.Value!)
            .Select(statement => new Statement(resource.Key, (string)resource.Value!["Type"]!, statement)));

    private static IEnumerable<JsonObject> Below(JsonNode? node) => node switch
    {
        JsonObject found when found["Effect"] is JsonValue => [found],
        JsonObject inner => inner.SelectMany(member => Below(member.Value)),
        JsonArray list => list.SelectMany(Below),
        _ => [],
    };

    private static string[] Texts(JsonNode? node) => node switch
    {
        null => [],
        JsonArray list => [.. list.Select(one => Text(one!))],
        _ => [Text(node)],
    };

    private static string Text(JsonNode node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : node.ToJsonString();
}
