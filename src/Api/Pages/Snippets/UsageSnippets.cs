using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace S3Auth.Api.Pages.Snippets;

/// <summary>
/// Examples that use this deployment, with its address, subnet, layout and upload method filled in. The values are safe in every language
/// of the examples: the operator chooses them, or they are limited to a few characters (the chain's name, the address in the browser).
/// Shell examples contain no comments, because an interactive zsh does not know them.
/// </summary>
public sealed partial class UsageSnippets
{
    private const string Prefix = "Snippets.";

    private const string File = "data.parquet";
    private const string Job = "default";
    private const int MaxNameLength = 64;

    private const string NeedsTool = "Needs s3auth.";
    private const string NeedsRequests = "Needs pip install bittensor requests. Save it as app.py and run: python3 app.py";
    private const string NeedsPackage = "Install the packages, save the program as app.py, and run: python3 app.py";
    private const string NeedsPackageOfSources =
        "Install the packages in the folder of S3Auth's sources, save the program as app.py, and run: python3 app.py";
    private const string NeedsCurl =
        "Needs curl, jq and s3auth, which signs. Paste it into a new shell: umask keeps the files that it writes private.";
    private const string NeedsCSharp =
        "Needs .NET 10 and S3Auth's sources in the folder s3auth. Save it as app.cs beside that folder and run: dotnet run app.cs";

    private static readonly FrozenDictionary<string, string> Templates = ReadTemplates();

    private readonly Dictionary<string, string> _values;
    private readonly string _upload;
    private readonly Uri? _toolUrl;

    /// <param name="server">The address of this server, from <see cref="BaseUrl"/>.</param>
    /// <param name="network">The chain's name.</param>
    /// <param name="netuid">The subnet.</param>
    /// <param name="layout">The layout of the bucket.</param>
    /// <param name="upload">The store's upload method.</param>
    /// <param name="toolUrl">Where the Python package can be downloaded; null for nowhere.</param>
    public UsageSnippets(string server, string network, ushort netuid, FolderLayout layout, UploadMethod upload, Uri? toolUrl)
    {
        var source = layout.DefaultSource?.Name;
        _upload = upload == UploadMethod.Put ? "put" : "post";
        _toolUrl = toolUrl;
        _values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["server"] = server,
            ["audience"] = Audience.Of(new Uri(server)).Text,
            ["network"] = UnsafeCharacter().Replace(network[..Math.Min(network.Length, MaxNameLength)], "_"),
            ["netuid"] = netuid.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["structure"] = layout.Structure,
            ["path"] = layout.ExamplePath[..(layout.ExamplePath.LastIndexOf('/') + 1)] + File,
            ["source_option"] = source is null ? "" : $" --source {source}",
            ["source_or_job_argument"] = source is not null ? $", source=\"{source}\"" : layout.HasJobs ? $", job_id=\"{Job}\"" : "",
            ["source_or_job_member"] = source is not null ? $", source: \"{source}\"" : layout.HasJobs ? $", job_id: \"{Job}\"" : "",
            ["source_or_job_property"] =
                source is not null ? $" with {{ Source = \"{source}\" }}" : layout.HasJobs ? $" with {{ JobId = \"{Job}\" }}" : "",
            ["miner_member"] = layout.HasColdkeyFolders ? "miner_coldkey" : "miner_hotkey",
            ["miner_factory"] = layout.HasColdkeyFolders ? "MinerOfColdkey" : "MinerOfHotkey",
        };
    }

    /// <summary>Examples for miners.</summary>
    public IReadOnlyList<Snippet> ForMiners =>
    [
        new("miner-s3auth", "s3auth", NeedsTool, Fill("miner.s3auth.sh"), NeedsTool: true),
        Python("miner-python", Fill("miner.py", "your files go to")),
        new("miner-requests", "Python (requests)", NeedsRequests, Fill($"miner.requests.{_upload}.py", "your files go to")),
        new("miner-curl", "curl", NeedsCurl, Fill($"miner.{_upload}.sh"), NeedsTool: true),
        new("miner-csharp", "C#", NeedsCSharp, Fill("miner.cs")),
    ];

    /// <summary>Examples for validators.</summary>
    public IReadOnlyList<Snippet> ForValidators =>
    [
        new("validator-s3auth", "s3auth", NeedsTool, Fill("validator.s3auth.sh"), NeedsTool: true),
        Python("validator-python", Fill("validator.py", "files of miners are in")),
        new("validator-requests", "Python (requests)", NeedsRequests, Fill("validator.requests.py", "files of miners are in")),
        new("validator-curl", "curl", NeedsCurl, Fill("validator.sh"), NeedsTool: true),
        new("validator-csharp", "C#", NeedsCSharp, Fill("validator.cs")),
    ];

    // The operator's downloads have the wheel of this version beside s3auth. The URL is exact, so that pip does not look for the name
    // elsewhere.
    private Snippet Python(string id, string text) => _toolUrl is null
        ? new(id, "Python", NeedsPackageOfSources, text, Install: "pip install bittensor ./clients/python")
        : new(
            id,
            "Python",
            NeedsPackage,
            text,
            Install: $"pip install bittensor {_toolUrl.AbsoluteUri.TrimEnd('/')}/s3auth-{ServiceVersion.Text}-py3-none-any.whl");

    private string Fill(string template, string folderNote = "")
    {
        return Placeholder().Replace(Templates[template], match => ValueOf(match.Groups["name"].Value));

        string ValueOf(string name) => name switch
        {
            // Every Python example begins with one of them.
            "client" => Fill("client.py", folderNote),
            "ask" => Fill("ask.py", folderNote),
            "folder_note" => folderNote,
            _ => _values[name],
        };
    }

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
    private static partial Regex Placeholder();

    // The chain node chooses the name, so it is not trusted.
    [GeneratedRegex("[^A-Za-z0-9 ._-]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UnsafeCharacter();
}
