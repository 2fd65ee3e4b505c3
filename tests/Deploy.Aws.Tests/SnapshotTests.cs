using System.Text.Encodings.Web;
using System.Text.Json;

namespace S3Auth.Deploy.Aws.Tests;

/// <summary>
/// What is deployed is what was reviewed: a template for each environment. After a change that is meant, write them anew with
/// <c>S3AUTH_WRITE_SNAPSHOTS=$PWD/tests/Deploy.Aws.Tests/Snapshots dotnet test tests/Deploy.Aws.Tests</c>, and read the difference.
/// </summary>
public sealed class SnapshotTests
{
    private const string WriteVariable = "S3AUTH_WRITE_SNAPSHOTS";

    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static IEnumerable<string> Stacks => Synthesised.Environments.Append("images");

    [TestCaseSource(nameof(Stacks))]
    public void Template_is_the_one_that_was_reviewed(string stack)
    {
        var template = stack == "images" ? Synthesised.Images : Synthesised.Default(stack);
        var text = Stable(template).ToJsonString(Readable) + "\n";
        if (Environment.GetEnvironmentVariable(WriteVariable) is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, $"{stack}.json"), text);
            Assert.Ignore("The snapshot was written, not compared.");
        }

        Assert.That(text, Is.EqualTo(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Snapshots", $"{stack}.json"))));
    }

    // The image's tag is this version's, which changes with each release and nothing else with it.
    private static JsonNode Stable(JsonObject template)
    {
        var version = typeof(Deployment).Assembly.GetName().Version!.ToString(3);
        return JsonNode.Parse(template.ToJsonString().Replace($"/s3auth:{version}", "/s3auth:VERSION", StringComparison.Ordinal))!;
    }
}
