using System.Text.Encodings.Web;

namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>
/// The whole matrix: every signed endpoint, asked by everyone, for everything, with each proof, in both layouts. The tables below are
/// what the protocol promises; whatever the status is, no answer may lead into a folder that it is not about.
/// </summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.LargeEverywhere))]
internal sealed class IsolationTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    /// <summary>Who is let in where. A miner's endpoints let everyone who is registered into the own folder.</summary>
    private const string Roles = """
        role          | miner's endpoints         | validator's endpoints
        Unregistered  | 403 hotkey_not_registered | 403 hotkey_not_registered
        Miner         | in                        | 403 not_a_validator
        AnotherMiner  | in                        | 403 not_a_validator
        PermitOnly    | in                        | 403 not_a_validator
        StakeOnly     | in                        | 403 not_a_validator
        MinimumStake  | in                        | 403 not_a_validator
        Validator     | in                        | in
        """;

    /// <summary>
    /// The outcome of naming a target, for a caller with access: <c>own</c> is the folder that the request is about (the caller's, or that
    /// of the miner whom a validator names), <c>rival</c> another miner's. <c>!</c>: malformed; everyone gets this refusal first.
    /// <c>nothing</c>: an answer without any file or URL.
    /// </summary>
    private const string Targets = """
        target          | coldkey              | miner   | filename | prefix             | file key
        Own             | own                  | own     | own      | own                | own
        Rival           | 403 coldkey_mismatch | rival   | 400!     | 400                | nothing
        Nobody          | 403 coldkey_mismatch | nobody  | 400!     | 400                | nothing
        OneMore         | 400!                 | 400!    | 400!     | 400                | nothing
        OneLess         | 400!                 | 400!    | 400!     | 400                | nothing
        OneChanged      | 400!                 | 400!    | 400!     | 400                | nothing
        OtherCase       | 400!                 | 400!    | 400!     | nothing            | nothing
        StepUp          | 400!                 | 400!    | 400!     | 400                | nothing
        EncodedStepUp   | 400!                 | 400!    | own      | nothing            | own
        EncodedSlash    | 400!                 | 400!    | own      | 400                | nothing
        DoubleSlash     | 400!                 | 400!    | 400!     | nothing            | own
        SlashBefore     | 400!                 | 400!    | 400!     | 400                | nothing
        Everything      | 400!                 | 400!    | 400!     | 400                | nothing
        Empty           | 400!                 | 400!    | 400!     | own                | nothing
        OtherLayout     | 400!                 | 400!    | 400!     | 400                | nothing
        WithNul         | 400!                 | 400!    | 400!     | 400                | nothing
        """;

    private const string Secret = "secret.bin";

    private const int AddressLength = 48;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] RoleNames = [.. Rows(Roles).Select(row => row[0])];

    // Those in which something can be named.
    private static readonly string[] Endpoints =
    [
        ServiceClient.FolderAccessPath, ServiceClient.FileUploadPath, ServiceClient.MyFilesPath,
        ServiceClient.MinerAccessPath, ServiceClient.MinerListPath, ServiceClient.FileUrlsPath, ServiceClient.FilesPath,
    ];

    private readonly Dictionary<string, Miner> _callers = new(StringComparer.Ordinal);

    // Grants do not depend on the kind of proof. Real stores are slow, so they are tested with one kind.
    private IReadOnlyList<ProofKind> Proofs => Store == StoreKind.Embedded ? Enum.GetValues<ProofKind>() : [ProofKind.Epistula];

    /// <summary>The miner whom validators ask for.</summary>
    private Miner Subject => _callers["Miner"];

    private Miner Rival { get; set; } = Miner.New();

    private Miner Nobody { get; } = Miner.New();

    [OneTimeSetUp]
    public async Task FillFolders()
    {
        Rival = Deployment.NextMiner();
        _callers["Unregistered"] = Miner.New();
        _callers["Miner"] = Deployment.NextMiner();
        _callers["AnotherMiner"] = Deployment.NextMiner();
        _callers["PermitOnly"] = Subnet.WithoutStake;
        _callers["StakeOnly"] = Subnet.WithoutPermit;
        _callers["MinimumStake"] = Subnet.WithTheMinimum;
        _callers["Validator"] = Subnet.Validator;

        var keys = new List<string> { "data/" + Secret, "beside/" + Secret };
        foreach (var miner in (Miner[])[.. _callers.Values, Rival])
        {
            keys.AddRange(FoldersOf(miner).SelectMany(folder => (string[])[folder + "own.bin", folder + "job_id=1/own.bin"]));

            // Whoever falls for a look-alike, or resolves a step, finds something there.
            foreach (var target in Rows(Targets).Select(row => row[0]).Where(name => name != "Nobody"))
            {
                var folder = FolderOf(target, miner);
                if (
                    folder.Length > 0 && !folder.Contains('\0', StringComparison.Ordinal) && !folder.StartsWith(
                        Deployment.FolderOf(miner), StringComparison.Ordinal))
                {
                    keys.Add(folder + Secret);
                }
            }
        }

        // Clients resolve steps and double slashes on their way to the store.
        await Bucket.PutAllAsync(
            keys.Where(key => !key.Contains("..", StringComparison.Ordinal) && !key.StartsWith('/')).Distinct(StringComparer.Ordinal),
            Bytes(100));
    }

    [Test]
    public async Task Every_cell_of_the_matrix_is_as_promised(
        [ValueSource(nameof(Endpoints))] string endpoint, [ValueSource(nameof(RoleNames))] string role)
    {
        var caller = _callers[role];
        var admitted = Rows(Roles).Single(row => row[0] == role)[IsMiners(endpoint) ? 1 : 2];
        var columns = Rows(Targets, withHead: true).First();
        foreach (var row in Rows(Targets))
        {
            foreach (var (slot, make) in CallsOf(endpoint, caller, row[0]))
            {
                var promised = row[Array.IndexOf(columns, slot)];
                var expected = promised.EndsWith('!') ? promised.TrimEnd('!') : admitted != "in" ? admitted : promised;
                if (endpoint == ServiceClient.FolderAccessPath && !Deployment.GrantsForms && !char.IsAsciiDigit(expected[0]))
                {
                    expected = "409 folder_upload_unsupported";
                }

                foreach (var proof in Proofs)
                {
                    var answer = await Client.SendAsync(make(), proof);

                    AssertCell(
                        answer,
                        expected,
                        make(),
                        IsMiners(endpoint) ? caller : Subject,
                        $"{endpoint} as {role}, {slot} = {row[0]}, by {proof}");
                }
            }
        }
    }

    [Test]
    public async Task Endpoints_for_everything_let_in_validators_only(
        [Values(
            ServiceClient.ValidatorAccessPath, ServiceClient.FolderUrlsPath)] string endpoint, [ValueSource(nameof(RoleNames))] string role)
    {
        var caller = _callers[role];
        var admitted = Rows(Roles).Single(row => row[0] == role)[2];
        foreach (var proof in Proofs)
        {
            var call = endpoint == ServiceClient.ValidatorAccessPath ? Call.ValidatorAccess(caller.Hotkey) : Call.FolderUrls(caller.Hotkey);
            // Members that others take make no difference.
            foreach (var member in (string?[])[null, "miner_hotkey", "miner_coldkey", "coldkey", "prefix", "folder", "miner"])
            {
                var answer = await Client.SendAsync(member is null ? call : call.With(member, Deployment.OwnerOf(caller)), proof);
                if (admitted == "in")
                {
                    Assert.That((int)answer.Status, Is.EqualTo(200), answer.ToString());
                    Assert.That(Plain(answer.Text), Does.Contain(Deployment.OwnerOf(Subject)).And.Contain(Deployment.OwnerOf(Rival)));
                }
                else
                {
                    AssertCell(answer, admitted, call, caller, $"{endpoint} as {role} by {proof}");
                }
            }
        }
    }

    /// <summary>The calls in which a target can be named, with the column of the table that says what comes of it.</summary>
    private IEnumerable<(string Slot, Func<Call> Make)> CallsOf(string endpoint, Miner caller, string target)
    {
        var hotkey = caller.Hotkey;
        var (member, owner) = (Deployment.OwnerMember, Deployment.OwnerOf(Subject));
        switch (endpoint)
        {
            case ServiceClient.FolderAccessPath:
                yield return ("coldkey", () => Claiming(Call.FolderAccess(caller), caller, target));
                break;
            case ServiceClient.FileUploadPath:
                yield return ("coldkey", () => Claiming(Call.FileUpload(caller, "new.bin"), caller, target));
                yield return ("filename", () => Call.FileUpload(caller, FileNameOf(target, caller)));
                break;
            case ServiceClient.MyFilesPath:
                yield return ("coldkey", () => Claiming(Call.MyFiles(caller), caller, target));
                yield return ("prefix", () => Call.MyFiles(caller, prefix: FolderOf(target, caller)));
                break;
            case ServiceClient.MinerAccessPath:
                yield return ("miner", () => Call.MinerAccess(hotkey, member, AddressOf(target, Subject)));
                break;
            case ServiceClient.MinerListPath:
                yield return ("miner", () => Call.MinerList(hotkey, member, AddressOf(target, Subject)));
                break;
            case ServiceClient.FileUrlsPath:
                yield return (
                    "miner", () => Call.FileUrls(hotkey, member, AddressOf(target, Subject), FolderOf(target, Subject) + "own.bin"));
                yield return (
                    "file key",
                    () => Call.FileUrls(hotkey, member, owner, FolderOf(target, Subject) + (target == "Own" ? "own.bin" : Secret)));
                break;
            case ServiceClient.FilesPath:
                yield return ("miner", () => Call.Files(hotkey, member, AddressOf(target, Subject)));
                yield return ("prefix", () => Call.Files(hotkey, member, owner, prefix: FolderOf(target, Subject)));
                break;
            default:
                throw new ArgumentException("Nothing can be named there.", nameof(endpoint));
        }
    }

    private void AssertCell(Answer answer, string expected, Call call, Miner own, string cell)
    {
        if (char.IsAsciiDigit(expected[0]))
        {
            var (status, code) = expected.Split(' ') is [var number, var name] ? (number, name) : (expected, "invalid_request");
            Assert.That((((int)answer.Status).ToString(null, null), answer.Code), Is.EqualTo((status, code)), $"{cell}: {answer}");
            Assert.That(Plain(answer.Text), Does.Not.Contain("X-Amz-").And.Not.Contain("http://"), cell);
            // Who is let in may hear which folder is the right one.
            AssertNamesOnly(expected == "400" ? [.. Said(call), own.Hotkey.Address, own.Coldkey.Address] : Said(call), answer, cell);
            return;
        }

        Assert.That((int)answer.Status, Is.EqualTo(200), $"{cell}: {answer}");
        var subject = expected switch
        {
            "rival" => Rival,
            "nobody" => Nobody,
            _ => own,
        };
        AssertLeadsNowhereElse(FoldersOf(subject), answer, cell);
        AssertNamesOnly(
            [.. Said(call), subject.Hotkey.Address, subject.Coldkey.Address, .. subject == Rival ? [Secret] : (string[])[]], answer, cell);
        if (expected == "nothing")
        {
            Assert.That(Plain(answer.Text), Does.Not.Contain("X-Amz-").And.Not.Contain("http://"), $"{cell}: {answer}");
        }
        else
        {
            Assert.That(
                Leaves(answer.Json).Any(
                    leaf => FoldersOf(subject).Any(folder => leaf.Text.Contains(folder, StringComparison.Ordinal))) || subject == Nobody,
                $"{cell}: {answer}");
        }
    }

    /// <summary>
    /// Every URL, key, folder, form and policy of the answer lies within these folders. What the client itself sent and gets back as
    /// invalid is no way to anything.
    /// </summary>
    private void AssertLeadsNowhereElse(IReadOnlyList<string> folders, Answer answer, string cell)
    {
        foreach (var (member, text) in Leaves(answer.Json).Where(leaf => leaf.Member is not ("invalid_files" or "commitment_used")))
        {
            if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            {
                AssertUrl(folders, text, cell);
            }
            else if (member is "policy")
            {
                var policy = Encoding.UTF8.GetString(Convert.FromBase64String(text));
                var condition = JsonNode.Parse(policy)!["conditions"]!.AsArray().OfType<JsonArray>().Single(
                    one => one[1]!.ToString() == "$key");
                AssertWithin(folders, (string)condition[2]!, cell);
                Assert.That((string)condition[0]! == "eq" || ((string)condition[2]!).EndsWith('/'), $"{cell}: {policy}");
            }
            else if (
                member is "key" or "s3_key" or "file_key" or "folder" or "prefix" or "path" || text.StartsWith(
                    "data/", StringComparison.Ordinal))
            {
                if (!text.StartsWith("data/{", StringComparison.Ordinal) && !text.StartsWith("data/hotkey={", StringComparison.Ordinal))
                {
                    AssertWithin(folders, text, cell);
                }
            }
        }
    }

    private void AssertUrl(IReadOnlyList<string> folders, string url, string cell)
    {
        // As a client resolves it, and as it is written.
        var (resolved, written) = (new Uri(url).AbsolutePath, url[new Uri(url).GetLeftPart(UriPartial.Authority).Length..].Split('?')[0]);
        foreach (var path in (string[])[resolved, written])
        {
            var bucket = "/" + Bucket.Name;
            Assert.That(path, Does.StartWith(bucket), cell);
            var key = Uri.UnescapeDataString(path[bucket.Length..].TrimStart('/'));
            if (key.Length > 0)
            {
                AssertWithin(folders, key, cell);
            }
            else if (url.Contains('?', StringComparison.Ordinal))
            {
                Assert.That(Presigned.Parameter(url, "list-type"), Is.EqualTo("2"), $"{cell}: {url}");
                AssertWithin(folders, Presigned.Parameter(url, "prefix") ?? "", cell);
            }
        }
    }

    private static void AssertWithin(IReadOnlyList<string> folders, string key, string cell)
    {
        Assert.That(folders.Any(folder => key.StartsWith(folder, StringComparison.Ordinal)), $"{cell}: {key}");
        Assert.That(key.Split('/'), Has.None.EqualTo("..").And.None.EqualTo("."), $"{cell}: {key}");
    }

    /// <summary>No account is named but these; nor anything that only others have.</summary>
    private static void AssertNamesOnly(IReadOnlyCollection<string> accounts, Answer answer, string cell)
    {
        var text = Plain(answer.Text);
        Assert.That(
            AddressesIn(text).Where(address => !accounts.Any(said => said.Contains(address, StringComparison.Ordinal))),
            Is.Empty,
            $"{cell}: {answer}");
        if (!accounts.Any(said => said.Contains(Secret, StringComparison.Ordinal)))
        {
            Assert.That(text, Does.Not.Contain(Secret), cell);
        }
    }

    /// <summary>What the client said itself, and may hear again.</summary>
    private static List<string> Said(Call call) =>
        [call.Signer.Address, .. Leaves(call.Members).Select(leaf => leaf.Text), .. Leaves(call.Claims).Select(leaf => leaf.Text)];

    private static IEnumerable<(string Member, string Text)> Leaves(JsonNode node, string member = "") => node switch
    {
        // A name of a member can be a key too.
        JsonObject one =>
            one.SelectMany(child => child.Value is null ? [] : Leaves(child.Value, child.Key)).Concat(
                one.Where(child => child.Key.Contains('/', StringComparison.Ordinal)).Select(child => (member, child.Key))),
        JsonArray all => all.SelectMany(child => child is null ? [] : Leaves(child, member)),
        JsonValue value when value.TryGetValue<string>(out var text) => [(member, text)],
        _ => [],
    };

    // Whatever JSON or URLs escape.
    private static string Plain(string text) => Uri.UnescapeDataString(JsonNode.Parse(text)!.ToJsonString(Readable));

    /// <summary>The call with another coldkey, in the commitment as well as in the body.</summary>
    private Call Claiming(Call call, Miner caller, string target)
    {
        var coldkey = AddressOf(target, caller with { Hotkey = caller.Coldkey }, ofColdkey: true);
        return call.With(
            "coldkey",
            coldkey) with { Commitment = timestamp => ServiceClient.FolderAccessText(coldkey, caller.Hotkey.Address, timestamp) };
    }

    /// <summary>The target as a folder, or as the beginning of one.</summary>
    private string FolderOf(string target, Miner own)
    {
        var folder = Deployment.FolderOf(own);
        var rival = Deployment.FolderOf(Rival);
        return target switch
        {
            "Own" => folder,
            "Rival" => rival,
            "Nobody" => Deployment.FolderOf(Nobody),
            "OneMore" => folder[..^1] + "d/",
            "OneLess" => folder[..^2] + "/",
            "OneChanged" => folder[..^2] + Other(folder[^2]) + "/",
            "OtherCase" => folder.ToUpperInvariant(),
            "StepUp" => $"{folder}../{Deployment.OwnerOf(Rival)}/",
            "EncodedStepUp" => $"{folder}%2e%2e%2f{Deployment.OwnerOf(Rival)}/",
            "EncodedSlash" => folder[..^1] + "%2F",
            "DoubleSlash" => folder + "/" + rival,
            "SlashBefore" => "/" + folder,
            "Everything" => "data/",
            "Empty" => "",
            "OtherLayout" => Layout == FolderLayoutKind.Coldkey ? $"data/hotkey={own.Hotkey}/" : $"data/x/{own.Coldkey}/",
            "WithNul" => folder[..^1] + "\0/",
            _ => throw new ArgumentException("No such target.", nameof(target)),
        };
    }

    /// <summary>The target as the account that names it.</summary>
    private string AddressOf(string target, Miner own, bool ofColdkey = false)
    {
        string Name(Miner miner) => ofColdkey ? miner.Coldkey.Address : Deployment.OwnerOf(miner);
        var address = Name(own);
        return target switch
        {
            "Own" => address,
            "Rival" => Name(Rival),
            "Nobody" => Name(Nobody),
            "OneMore" => address + "d",
            "OneLess" => address[..^1],
            "OneChanged" => address[..^1] + Other(address[^1]),
            "OtherCase" => address.ToUpperInvariant(),
            "StepUp" => "../" + Name(Rival),
            "EncodedStepUp" => "%2e%2e%2f" + Name(Rival),
            "EncodedSlash" => address + "%2F",
            "DoubleSlash" => address + "//" + Name(Rival),
            "SlashBefore" => "/" + address,
            "Everything" => "*",
            "Empty" => "",
            "OtherLayout" => $"hotkey={address}",
            "WithNul" => address + "\0",
            _ => throw new ArgumentException("No such target.", nameof(target)),
        };
    }

    /// <summary>The target as a file's name.</summary>
    private string FileNameOf(string target, Miner own) => target switch
    {
        "Own" => "new.bin",
        "EncodedStepUp" => $"%2e%2e%2f{Deployment.OwnerOf(Rival)}%2f{Secret}",
        "EncodedSlash" => "%2F" + Secret,
        "Empty" => "",
        "OneLess" or "OneMore" or "OneChanged" or "OtherCase" => "../" + AddressOf(target, own) + "/" + Secret,
        _ => FolderOf(target, own) + Secret,
    };

    private IReadOnlyList<string> FoldersOf(Miner miner) =>
        Layout == FolderLayoutKind.Coldkey
            ? [.. Deployment.Sources.Select(source => Deployment.FolderOf(miner, source))]
            : [Deployment.FolderOf(miner)];

    private static char Other(char letter) => letter == 'A' ? 'B' : 'A';

    private static bool IsMiners(string endpoint) =>
        endpoint is ServiceClient.FolderAccessPath or ServiceClient.FileUploadPath or ServiceClient.MyFilesPath;

    private static IEnumerable<string[]> Rows(string table, bool withHead = false) => table
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Skip(withHead ? 0 : 1)
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries));

    private static IEnumerable<string> AddressesIn(string text) => Enumerable.Range(0, Math.Max(0, text.Length - AddressLength + 1))
        .Where(start => text[start] == '5')
        .Select(start => text.Substring(start, AddressLength))
        .Where(word => Substrate.AccountId.TryParse(word, out _))
        .Distinct(StringComparer.Ordinal);
}
