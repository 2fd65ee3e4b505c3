namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The report of <c>S3Auth.Api doctor --json</c>.</summary>
internal sealed class DoctorReport(int exitCode, string output)
{
    private readonly JsonNode _json = JsonNode.Parse(output)!;

    public int ExitCode => exitCode;

    /// <summary>The whole output.</summary>
    public string Text => output;

    /// <summary>The names of the lines with this result.</summary>
    public IReadOnlyList<string> Names(string result) =>
        [.. Lines.Where(line => (string?)line["result"] == result).Select(line => (string)line["name"]!)];

    /// <summary>Result, finding and advice of a line, joined by spaces. The first line of this name.</summary>
    public string this[string name]
    {
        get
        {
            var line = Lines.FirstOrDefault(line => (string?)line["name"] == name);
            return line is null ? "" : $"{line["result"]} {line["finding"]} {line["advice"]}";
        }
    }

    private IEnumerable<JsonNode> Lines => _json["checks"]!.AsArray().Select(line => line!);

    /// <summary>A capability as JSON.</summary>
    public string Capability(string name) => _json["capabilities"]![name]?.ToJsonString() ?? "null";

    public override string ToString() => output;
}
