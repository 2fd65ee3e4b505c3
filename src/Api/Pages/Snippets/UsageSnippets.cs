using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace S3Auth.Api.Pages.Snippets;

/// <summary>
/// How to use this very deployment: its snippets, with its address, subnet, layout and way to upload filled in. What is filled in is
/// harmless in every language of theirs: nobody but the operator chooses it, and the chain's own name and the address that a browser came by
/// are held to a few characters.
/// </summary>
public sealed partial class UsageSnippets
{
    private const string Prefix = "Snippets.";

    private const string File = "data.parquet";
    private const string Job = "default";
    private const int LongestName = 64;

    private const string WithTool = "Needs s3auth, which S3Auth's sources make: docs/miners.md tells how.";
    private const string WithPython = "Needs pip install bittensor requests. Save it as app.py, then: python3 app.py";
    private const string WithCurl =
        "Needs curl, jq, and s3auth, which signs; anything that signs with sr25519 will do. Paste it into a shell of its own, which it tells to keep what it writes from others (umask).";
    private const string WithCSharp = "Needs .NET 10, and S3Auth's sources in the folder s3auth beside it. Save it as app.cs, then: dotnet run app.cs";

    private static readonly FrozenDictionary<string, string> Templates = ReadTemplates();

    private readonly Dictionary<string, string> _values;
    private readonly string _upload;

    /// <param name="server">Where clients reach this server, by <see cref="BaseUrl"/>.</param>
    /// <param name="network">The chain's name.</param>
    /// <param name="netuid">The subnet.</param>
    /// <param name="layout">Where files live.</param>
    /// <param name="upload">How the store takes them.</param>
    public UsageSnippets(string server, string network, ushort netuid, FolderLayout layout, UploadMethod upload)
    {
        var source = layout.DefaultSource?.Name;
        _upload = upload == UploadMethod.Put ? "put" : "post";
        _values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["server"] = server,
            ["audience"] = Audience.Of(new Uri(server)).Text,
            ["network"] = Unfamiliar().Replace(network[..Math.Min(network.Length, LongestName)], "_"),
            ["netuid"] = netuid.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["structure"] = layout.Structure,
            ["path"] = layout.ExamplePath[..(layout.ExamplePath.LastIndexOf('/') + 1)] + File,
            ["source_option"] = source is null ? "" : $" --source {source}",
            ["place_argument"] = source is null ? $"job_id=\"{Job}\"" : $"source=\"{source}\"",
            ["place_member"] = source is null ? $"job_id: \"{Job}\"" : $"source: \"{source}\"",
            ["place_property"] = source is null ? $"JobId = \"{Job}\"" : $"Source = \"{source}\"",
            ["miner_member"] = layout.HasColdkeyFolders ? "miner_coldkey" : "miner_hotkey",
            ["miner_factory"] = layout.HasColdkeyFolders ? "MinerOfColdkey" : "MinerOfHotkey",
        };
    }

    /// <summary>What a miner does.</summary>
    public IReadOnlyList<Snippet> ForMiners =>
    [
        new("miner-s3auth", "s3auth", WithTool, Fill("miner.s3auth.sh")),
        new("miner-python", "Python", WithPython, Fill($"miner.{_upload}.py", "your files go to")),
        new("miner-curl", "curl", WithCurl, Fill($"miner.{_upload}.sh")),
        new("miner-csharp", "C#", WithCSharp, Fill("miner.cs")),
    ];

    /// <summary>What a validator does.</summary>
    public IReadOnlyList<Snippet> ForValidators =>
    [
        new("validator-s3auth", "s3auth", WithTool, Fill("validator.s3auth.sh")),
        new("validator-python", "Python", WithPython, Fill("validator.py", "files of miners are in")),
        new("validator-curl", "curl", WithCurl, Fill("validator.sh")),
        new("validator-csharp", "C#", WithCSharp, Fill("validator.cs")),
    ];

    private string Fill(string template, string whatIsWhere = "") => Place().Replace(Templates[template], match => match.Groups["name"].Value switch
    {
        // What all programs in Python begin with.
        "ask" => Fill("ask.py", whatIsWhere),
        "what_is_where" => whatIsWhere,
        var name => _values[name],
    });

    private static FrozenDictionary<string, string> ReadTemplates()
    {
        var assembly = typeof(UsageSnippets).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[Prefix.Length..], Read, StringComparer.Ordinal);

        string Read(string name)
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd().ReplaceLineEndings("\n").TrimEnd();
        }
    }

    [GeneratedRegex("<<(?<name>[a-z_]+)>>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Place();

    // The name of a chain is what a node says it is.
    [GeneratedRegex("[^A-Za-z0-9 ._-]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Unfamiliar();
}
