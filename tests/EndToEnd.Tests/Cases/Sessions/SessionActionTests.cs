namespace S3Auth.EndToEnd.Tests.Cases.Sessions;

/// <summary>
/// Tries every S3 operation that boto3 knows, and ways around the rules, with sessions in three layouts. The results are equal in all of
/// them and to <c>docs/session-actions.md</c>. Has a gateway of its own, because the operations change bucket and account.
/// <c>S3AUTH_WRITE_PAGES=true</c> writes the page.
/// </summary>
internal sealed class SessionActionTests
{
    private const string Page = "docs/session-actions.md";
    private const string Begin = "<!-- The tables: SessionActionTests writes them. -->";
    private const string End = "<!-- The end of the tables. -->";
    private const string Script = "session_actions.py";

    // All but the notifications API, which asks no policy: any session could send the names of all uploads elsewhere.
    private const string Apis = "s3, s3website, swift, swift_auth, admin, sts, iam";

    // The operator has every right, so that a refusal of a session is not one of the operator.
    private const string AllCapabilities = "roles=*;user-policy=*;users=*;buckets=*;usage=*;metadata=*;oidc-provider=*";

    private static readonly string[] Layouts = ["coldkey", "hotkey", "weights/{netuid}/{hotkey}/"];

    private static readonly Miner Miner = Subnet.OrdinaryMiner;

    private CephGateway? _gateway;
    private Python _python = null!;

    private RealStore Store => (_gateway ?? throw new InvalidOperationException("The gateway does not run.")).Store;

    [OneTimeSetUp]
    public async Task StartGateway()
    {
        if (!CephGateway.IsInstalled)
        {
            Assert.Ignore("Skipped because there is no Ceph: install ceph-mon, ceph-osd, radosgw and ceph-common (Debian).");
        }

        _python = await Python.NeedAsync();
        _gateway = await CephGateway.StartAsync("us-east-2", Apis, AllCapabilities);
    }

    [OneTimeTearDown]
    public async Task StopGateway() => await (_gateway?.DisposeAsync() ?? ValueTask.CompletedTask);

    [Category("Nightly")]
    [Test]
    public async Task Sessions_may_do_what_the_page_says_and_nothing_else_in_every_layout()
    {
        var tried = await Task.WhenAll(Layouts.Select((layout, number) => Task.Run(() => TryAsync(layout, number))));
        var (miners, validators) = (tried.Select(one => one.OfMiner).ToList(), tried.Select(one => one.OfValidator).ToList());

        using (Assert.EnterMultipleScope())
        {
            foreach (var (trial, layout) in miners.Concat(validators).Zip([.. Layouts, .. Layouts]))
            {
                Assert.That(trial.Unclear, Is.Empty, layout);
                Assert.That(trial.Missing, Is.Empty, "operations of this boto3 that are not tried");
                Assert.That(
                    trial.Outside,
                    Is.EqualTo((string[])["HeadObject of a missing key (404)", "GET /?usage (the account's usage)"]),
                    layout);
            }

            foreach (var same in new[] { miners, validators })
            {
                Assert.That(same[1].ToTables(), Is.EqualTo(same[0].ToTables()), Layouts[1]);
                Assert.That(same[2].ToTables(), Is.EqualTo(same[0].ToTables()), Layouts[2]);
            }
        }

        await HoldAsync($"\n## Miners\n\n{miners[0].ToTables()}\n## Validators\n\n{validators[0].ToTables()}\n");
    }

    /// <summary>Compares the page with the tables, or writes them into it.</summary>
    private static async Task HoldAsync(string tables)
    {
        var path = Path.Combine(Repository.Root, Page);
        var text = (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n");
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        Assert.That(from, Is.Not.Negative.And.LessThan(to), $"{Page} has no place for the tables.");
        var written = text[..from] + Begin + "\n" + tables + text[to..];
        if (Environment.GetEnvironmentVariable("S3AUTH_WRITE_PAGES") == "true")
        {
            await File.WriteAllTextAsync(path, written);
            return;
        }

        Assert.That(text, Is.EqualTo(written), $"Write {Page} anew, as CONTRIBUTING.md says, and read the difference.");
    }

    private async Task<Trials> TryAsync(string layout, int number)
    {
        var name = "s3auth-actions-" + number.ToString(CultureInfo.InvariantCulture);
        using var bucket = new Bucket(Store.Endpoint, Store.Region, name, Store.Keys);
        using var other = bucket.Beside(name + "-other");
        foreach (var one in new[] { bucket, other })
        {
            await one.CreateAsync();
            await one.BlockPublicAccessAsync();
        }

        var subnet = Subnet.Create(1);
        using var folder = new ScratchFolder("actions");
        var settings = ApiProcess.SettingsWithSessions(Store, await subnet.WriteAsync(folder), name, folder.Sub("data"));
        settings["FOLDER_LAYOUT"] = layout;
        await using var api = await ApiProcess.StartAsync(settings);

        // The server is ready before it knows that sessions are safe.
        await Wait.UntilAsync(
            async () => (await api.Client.SendAsync(Call.Session(Miner))).Status == HttpStatusCode.OK, timeout: TimeSpan.FromMinutes(3));
        var miner = await api.Client.AskAsync<SessionGrant>(Call.Session(Miner));
        var neighbour = await api.Client.AskAsync<SessionGrant>(Call.Session(subnet.Miners[0]));
        var validator = await api.Client.AskAsync<SessionGrant>(Call.Session(Subnet.Validator.Hotkey));

        var (own, all) = (miner.Prefixes[0], validator.Prefixes[0]);
        var ofMiner = new Session(miner, new Prefixes(
            miner.Prefixes, [.. neighbour.Prefixes, own.TrimEnd('/') + "x/"], [.. Above(own)]));
        var ofValidator = new Session(validator, new Prefixes(
            [.. validator.Prefixes, own], ["elsewhere/", all.TrimEnd('/') + "base/"], [.. Above(all)]));
        return new Trials(await RunAsync(ofMiner), await RunAsync(ofValidator));
    }

    private async Task<Trial> RunAsync(Session session)
    {
        var keys = session.Grant.Keys;
        var answer = await _python.RunAsync(Script, new
        {
            endpoint = Store.Endpoint.GetLeftPart(UriPartial.Authority),
            region = Store.Region,
            bucket = session.Grant.Bucket,
            other_bucket = session.Grant.Bucket + "-other",
            role_arn = Store.SessionRoleArn,
            user = "operator",
            @operator = new { id = Store.Keys.Id, secret = Store.Keys.Secret },
            stranger = new { id = Store.OtherKeys!.Id, secret = Store.OtherKeys.Secret, account = "other" },
            session = new { id = keys.Keys.Id, secret = keys.Keys.Secret, token = keys.Token },
            places = session.Prefixes,
        });
        return new Trial(
            [.. answer["rows"]!.AsArray().Select(Row.Of!)],
            [.. answer["unclear"]!.AsArray().Select(one => (string)one!)],
            [.. answer["missing"]!.AsArray().Select(one => (string)one!)]);
    }

    /// <summary>The prefixes above one, up to the bucket: of <c>data/x/me/</c> these are <c>data/x/</c>, <c>data/</c> and none.</summary>
    private static IEnumerable<string> Above(string prefix)
    {
        while (prefix.Length > 0)
        {
            prefix = prefix[..(prefix.TrimEnd('/').LastIndexOf('/') + 1)];
            yield return prefix;
        }
    }

    private sealed record Prefixes(IReadOnlyList<string> Inside, IReadOnlyList<string> Beside, IReadOnlyList<string> Above);

    private sealed record Session(SessionGrant Grant, Prefixes Prefixes);

    private sealed record Trials(Trial OfMiner, Trial OfValidator);

    private sealed record Row(string Name, string Group, string? Inside, string? Beside, string? Above)
    {
        public IEnumerable<string> Results => new[] { Inside, Beside, Above }.OfType<string>();

        public static Row Of(JsonNode row)
        {
            string? At(string place) => (string?)row["results"]![place];
            return new Row((string)row["name"]!, (string)row["group"]!, At("inside"), At("beside"), At("above"));
        }
    }

    /// <summary>What the store answered to one session.</summary>
    private sealed record Trial(IReadOnlyList<Row> Rows, IReadOnlyList<string> Unclear, IReadOnlyList<string> Missing)
    {
        private static readonly (string Group, string Title)[] Groups =
        [
            ("object", "objects"), ("list", "listings"), ("more", "variants"), ("bucket", "the bucket"), ("service", "the account"),
        ];

        /// <summary>What is allowed anywhere but in the session's own prefixes.</summary>
        public IEnumerable<string> Outside => Rows
            .Where(row => new[] { row.Beside, row.Above }.Any(one => one is not (null or "refused" or "unknown" or "no effect")))
            .Select(row => row.Name);

        public string ToTables()
        {
            var text = new StringBuilder("| request | inside | beside | above |\n| --- | --- | --- | --- |\n");
            foreach (var row in Rows.Where(row => row.Results.Contains("allowed", StringComparer.Ordinal)))
            {
                var cells = string.Join(" | ", row.Name, row.Inside ?? "–", row.Beside ?? "–", row.Above ?? "–");
                text.Append(CultureInfo.InvariantCulture, $"| {cells} |\n");
            }

            text.Append("\nAccepted, without additional access for the session or anybody else:\n\n");
            AppendList(text, row => row.Results.Contains("no effect", StringComparer.Ordinal));
            text.Append("\nRefused everywhere:\n\n");
            foreach (var (group, title) in Groups)
            {
                AppendList(text, row => row.Group == group && row.Results.All(one => one == "refused"), title);
            }

            AppendList(text, row => row.Group == "break" && row.Results.All(one => one == "refused"), "ways around the rules");
            text.Append("\nNot available at this store, even with the operator's keys:\n\n");
            AppendList(text, row => row.Results.All(one => one == "unknown"));
            return text.ToString();
        }

        private void AppendList(StringBuilder text, Func<Row, bool> isListed, string? title = null)
        {
            const int Columns = 138;
            var names = Rows.Where(isListed).Select(row => row.Name).ToList();
            if (names.Count == 0)
            {
                return;
            }

            var line = new StringBuilder("- " + (title is null ? "" : $"**{title}**: "));
            foreach (var (name, position) in names.Select((name, position) => (name, position)))
            {
                var word = name + (position == names.Count - 1 ? "" : "; ");
                if (line.Length + word.TrimEnd().Length > Columns)
                {
                    text.Append(line.ToString().TrimEnd()).Append('\n');
                    line.Clear().Append("  ");
                }

                line.Append(word);
            }

            text.Append(line.ToString().TrimEnd()).Append('\n');
        }
    }
}
