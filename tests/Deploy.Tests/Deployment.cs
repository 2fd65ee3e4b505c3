using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace S3Auth.Deploy.Tests;

/// <summary>The files of <c>deploy/</c>, read as those read them that they are for.</summary>
internal static class Deployment
{
    internal static string Folder => Path.Combine(Repository.Root, "deploy");

    internal static IReadOnlyList<string> Environments { get; } = ["development", "testnet", "production", "local", "local-testnet"];

    /// <summary>The names of the example configurations, to be read with <see cref="Variables"/>.</summary>
    internal static IReadOnlyList<string> Examples { get; } =
    [
        .. Directory.GetFiles(PathOf("env", "examples")).Select(file => "examples/" + Path.GetFileNameWithoutExtension(file))
            .Order(StringComparer.Ordinal),
    ];

    internal static string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <summary>A YAML file's only document; every scalar is text.</summary>
    internal static JsonNode Yaml(params string[] parts)
    {
        using var reader = File.OpenText(PathOf(parts));
        var content = new DeserializerBuilder()
            .WithDuplicateKeyChecking()
            .Build()
            .Deserialize<object>(new MergingParser(new Parser(reader)));
        return ToNode(content) ?? throw new InvalidDataException($"{string.Join('/', parts)} is empty.");
    }

    /// <summary>
    /// An environment file. Containers, kustomize and systemd read quotes, spaces and comments after a value differently: there are none.
    /// </summary>
    internal static Dictionary<string, string> Variables(string environment)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(PathOf("env", environment + ".env")).Where(line => line.Length > 0 && line[0] != '#'))
        {
            Assert.That(line, Does.Match(@"\A[A-Z][A-Z0-9_]*=[^\s""'#$\\]+\z"));
            var pair = line.Split('=', 2);
            variables.Add(pair[0], pair[1]);
        }

        return variables;
    }

    internal static IEnumerable<string> Texts(this JsonNode? list) => list?.AsArray().Select(one => (string)one!) ?? [];

    private static JsonNode? ToNode(object? value) => value switch
    {
        null => null,
        IDictionary<object, object> map => new JsonObject(map.Select(pair => KeyValuePair.Create((string)pair.Key, ToNode(pair.Value)))),
        IList<object> list => new JsonArray([.. list.Select(ToNode)]),
        _ => JsonValue.Create((string)value),
    };
}
