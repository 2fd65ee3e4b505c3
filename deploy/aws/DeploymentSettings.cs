using System.Text.RegularExpressions;
using S3Auth.Domain;

namespace S3Auth.Deploy.Aws;

/// <summary>
/// The settings of one environment, from the CDK's context: <c>-c production:certificateArn=arn:…</c>, or the same name in cdk.json. The
/// exception lists all problems of all environments.
/// </summary>
public sealed partial record DeploymentSettings
{
    private const int Timeout = 1000;

    // IAM allows two keys per identity. A rotation without an outage needs two.
    private const int MaxKeys = 2;

    // The default of the service. The prefix in the permissions does not depend on the sources.
    private static readonly Source[] DefaultSources = ParseSources(["x", "reddit"]);

    /// <summary>The environment.</summary>
    public required DeploymentEnvironment Environment { get; init; }

    /// <summary>
    /// <c>certificateArn</c>: a certificate of ACM in the same region. Null: CloudFormation asks for it, as a parameter without a default.
    /// </summary>
    public required string? CertificateArn { get; init; }

    /// <summary><c>signing</c>: <c>user</c> (default) or <c>role</c>.</summary>
    public required SigningMode Signing { get; init; }

    /// <summary><c>signingKeys</c>: numbers of the keys that exist; the last one signs.</summary>
    public required IReadOnlyList<int> SigningKeys { get; init; }

    /// <summary><c>imageTag</c>: the image to run; by default the image of this version.</summary>
    public required string ImageTag { get; init; }

    /// <summary>
    /// <c>nodes</c>: chain nodes, the preferred one first; by default the public node of <see cref="DeploymentEnvironment.Network"/>.
    /// Without path and query, which could contain an API key: templates are no place for secrets.
    /// </summary>
    public required IReadOnlyList<string> Nodes { get; init; }

    /// <summary><c>nodesThatAgree</c>: how many of the nodes must give the same answer; by default one.</summary>
    public required int NodesThatAgree { get; init; }

    /// <summary><c>corsOrigins</c>: origins whose pages may use the API and the bucket from a browser; none by default.</summary>
    public required IReadOnlyList<string> CorsOrigins { get; init; }

    /// <summary><c>publicUrl</c>: the address that clients use, which the page shows; none by default.</summary>
    public required string? PublicUrl { get; init; }

    /// <summary><c>folderLayout</c>: <c>coldkey</c> (default), <c>hotkey</c>, or a template.</summary>
    public required LayoutTemplate LayoutTemplate { get; init; }

    /// <summary><c>sources</c>: the sources of a layout with <c>{source}</c>; empty for the service's default.</summary>
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary><c>readers</c>: <c>validators</c> (default), or <c>validators,miners</c>.</summary>
    public required string? Readers { get; init; }

    /// <summary><c>minFileBytes</c>: the minimum size of a file; null for the service's default.</summary>
    public required string? MinFileBytes { get; init; }

    /// <summary><c>maxFileBytes</c>: the maximum size of a file; null for the service's default.</summary>
    public required string? MaxFileBytes { get; init; }

    /// <summary><c>sessions</c>: <c>sts</c> for temporary credentials and their role; by default <c>off</c>.</summary>
    public required bool HasSessions { get; init; }

    /// <summary>The layout, whose prefix the permissions cover.</summary>
    public FolderLayout Layout =>
        new(LayoutTemplate, Sources.Count > 0 ? Sources : DefaultSources, checked((ushort)Environment.Netuid));

    /// <summary><c>alarmEmail</c>: the address that gets the alarms; none by default.</summary>
    public required string? AlarmEmail { get; init; }

    /// <summary>Reads the settings of every environment.</summary>
    /// <param name="context">Returns the value of a full name; null if there is none.</param>
    /// <exception cref="SettingsException">A setting is invalid.</exception>
    public static IReadOnlyList<DeploymentSettings> ReadAll(Func<string, string?> context)
    {
        ArgumentNullException.ThrowIfNull(context);

        var problems = new List<string>();
        var all = DeploymentEnvironment.All.Select(environment => Read(environment, context, problems)).ToList();
        return problems.Count == 0 ? all : throw new SettingsException(problems);
    }

    private static DeploymentSettings Read(DeploymentEnvironment environment, Func<string, string?> context, List<string> problems)
    {
        string[] nodes = [.. List("nodes").Where(node => Check(
            "nodes", node, NodeAddress().IsMatch(node), "addresses such as wss://node.example.org, separated by commas"))];
        var template = LayoutTemplate.Coldkey;
        _ = Text(
            "folderLayout",
            layout => LayoutTemplate.TryParse(layout, out var parsed, out _) && (template = parsed) is not null,
            "coldkey, hotkey or a template such as weights/{hotkey}/ (docs/operators.md has its rules)");
        string[] sources = [.. List("sources").Where(name => Check(
            "sources",
            name,
            template.HasSource && Source.TryParse(name, out _),
            "names of up to 32 lowercase letters, digits, _ and -, in a layout with {source}"))];
        return new DeploymentSettings
        {
            Environment = environment,
            LayoutTemplate = template,
            Sources = ParseSources(sources),
            Readers = Text("readers", text => text is "validators" or "validators,miners", "validators or validators,miners"),
            MinFileBytes = Text("minFileBytes", text => FileSize().IsMatch(text), "a number of bytes, or a size such as 100KiB"),
            MaxFileBytes = Text("maxFileBytes", text => FileSize().IsMatch(text), "a number of bytes, or a size such as 2GiB"),
            HasSessions = Text("sessions", mode => mode is "off" or "sts", "off or sts") == "sts",
            CertificateArn = Text(
                "certificateArn",
                arn =>
                    CertificateName().Match(arn) is { Success: true } match && match.Groups["region"].Value == DeploymentEnvironment.Region,
                $"the ARN of a certificate in {DeploymentEnvironment.Region}"),
            Signing = Text("signing", mode => mode is "user" or "role", "user or role") == "role"
                ? SigningMode.TaskRole
                : SigningMode.LastingKeys,
            SigningKeys = [.. (Text(
                "signingKeys", AreKeys, "one number or two different ones, the key to sign with last, such as 1 or 1,2") ?? "1")
                .Split(',', StringSplitOptions.TrimEntries)
                .Select(number => int.TryParse(number, CultureInfo.InvariantCulture, out var key) ? key : 0)],

            // With a tag that moves, a replaced task could run another image than the other tasks.
            ImageTag = Text("imageTag", tag => TagName().IsMatch(tag) && tag != "latest", "the tag of one image, not latest")
                ?? typeof(DeploymentSettings).Assembly.GetName().Version!.ToString(3),
            Nodes = nodes,
            NodesThatAgree = int.Parse(
                Text(
                    "nodesThatAgree",
                    text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                        && number >= 1
                        && number <= Math.Max(1, nodes.Length),
                    "a number from 1 to the number of nodes") ?? "1",
                CultureInfo.InvariantCulture),
            CorsOrigins = [.. List("corsOrigins").Where(origin => Check(
                "corsOrigins",
                origin,
                Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                    && uri.Scheme is "http" or "https"
                    && origin == uri.GetLeftPart(UriPartial.Authority),
                "origins such as https://example.org, separated by commas"))],
            PublicUrl = Text(
                "publicUrl",
                url => PublicAddress().IsMatch(url) && Uri.TryCreate(url, UriKind.Absolute, out _),
                "the service's address, such as https://s3-auth.example.com"),
            AlarmEmail = Text("alarmEmail", address => MailAddress().IsMatch(address), "one e-mail address"),
        };

        string? Text(string name, Func<string, bool> isUsable, string wanted)
        {
            var text = context($"{environment.Name}:{name}")?.Trim();
            return string.IsNullOrEmpty(text) || !Check(name, text, isUsable(text), wanted) ? null : text;
        }

        string[] List(string name) =>
            context($"{environment.Name}:{name}")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

        bool Check(string name, string value, bool isUsable, string wanted)
        {
            if (!isUsable)
            {
                problems.Add($"{environment.Name}:{name} is '{value}', but must be {wanted}.");
            }

            return isUsable;
        }
    }

    private static Source[] ParseSources(IEnumerable<string> names) =>
    [
        .. names.Distinct(StringComparer.Ordinal)
            .Select(name => Source.TryParse(name, out var source) ? source : throw new FormatException(name)),
    ];

    private static bool AreKeys(string text)
    {
        var numbers = text.Split(',', StringSplitOptions.TrimEntries);
        return numbers.Length <= MaxKeys
            && numbers.Distinct(StringComparer.Ordinal).Count() == numbers.Length
            && numbers.All(number => KeyNumber().IsMatch(number));
    }

    [GeneratedRegex(@"\Aarn:aws:acm:(?<region>[a-z0-9-]+):[0-9]{12}:certificate/[0-9a-f-]{36}\z", RegexOptions.ExplicitCapture, Timeout)]
    private static partial Regex CertificateName();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\z", RegexOptions.None, Timeout)]
    private static partial Regex TagName();

    [GeneratedRegex(@"\A[0-9]{1,10}([KMG]iB)?\z", RegexOptions.ExplicitCapture, Timeout)]
    private static partial Regex FileSize();

    [GeneratedRegex(@"\A[1-9][0-9]{0,5}\z", RegexOptions.None, Timeout)]
    private static partial Regex KeyNumber();

    // Tasks reach only port 443.
    [GeneratedRegex(@"\Awss://[A-Za-z0-9.-]+(:443)?/?\z", RegexOptions.ExplicitCapture, Timeout)]
    private static partial Regex NodeAddress();

    [GeneratedRegex(@"\Ahttps://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?\z", RegexOptions.ExplicitCapture, Timeout)]
    private static partial Regex PublicAddress();

    [GeneratedRegex(@"\A[^@\s,]+@[^@\s,]+\z", RegexOptions.None, Timeout)]
    private static partial Regex MailAddress();
}
