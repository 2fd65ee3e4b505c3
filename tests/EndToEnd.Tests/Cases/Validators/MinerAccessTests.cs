namespace S3Auth.EndToEnd.Tests.Cases.Validators;

/// <summary>A validator lists one miner's files page by page, and no other miner's.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.LargeEverywhereButSwift))]
internal sealed class MinerAccessTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    internal override DeploymentKind Kind => DeploymentKind.Large;

    private static Account Validator => Subnet.Validator.Hotkey;

    [TestCase(ProofKind.Commitment)]
    [TestCase(ProofKind.Tao)]
    public async Task Every_key_is_listed_once_page_by_page(ProofKind proof)
    {
        var large = await Deployment.LargeFolderAsync();
        IEnumerable<string?> sources = Layout == FolderLayoutKind.Coldkey ? [null, .. Deployment.Sources] : [null];
        foreach (var source in sources)
        {
            var (found, pages) = (new List<string>(), 0);
            string? token = null;
            do
            {
                var page = await Client.AskAsync<MinerList>(CallOf(large.Miner, source, token), proof);
                Assert.That(page.Prefix, Is.EqualTo(Deployment.FolderOf(large.Miner, source ?? "x")));
                Assert.That(page.ExpiresInSeconds, Is.EqualTo(24 * 60 * 60));
                var listed = await Presigned.ListAsync(page.ListUrl);
                found.AddRange(listed.Keys);
                token = listed.IsTruncated ? listed.NextToken : null;
                pages++;
            }
            while (token is not null);

            Assert.That(found, Is.EqualTo(large.KeysIn(Deployment.FolderOf(large.Miner, source ?? "x"))), source);
            Assert.That(pages, source is "reddit" ? Is.Positive : Is.GreaterThanOrEqualTo(3));
        }
    }

    [TestCase(ProofKind.Commitment)]
    [TestCase(ProofKind.Tao)]
    public async Task Access_lists_the_miners_folders(ProofKind proof)
    {
        var large = await Deployment.LargeFolderAsync();

        var access = await Client.AskAsync<MinerAccess>(
            Call.MinerAccess(Validator, Deployment.OwnerMember, Deployment.OwnerOf(large.Miner)), proof);

        var first = large.KeysIn(access.Prefix);
        var page = await Presigned.ListAsync(access.MinerUrl);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((access.Bucket, access.Region), Is.EqualTo((Bucket.Name, Bucket.Region)));
            Assert.That(access.Prefix, Is.EqualTo(Deployment.FolderOf(large.Miner)));
            Assert.That((access.MinerColdkey, access.MinerHotkey), Is.EqualTo(
                Layout == FolderLayoutKind.Coldkey ? (large.Miner.Coldkey.Address, (string?)null) : (null, large.Miner.Hotkey.Address)));
            Assert.That(access.Expiry, Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$"));
            Assert.That(page.Keys, Is.EqualTo(first.Take(page.Keys.Count)));
            Assert.That(page.IsTruncated, Is.True);
        }

        if (Layout == FolderLayoutKind.Hotkey)
        {
            Assert.That(access.Folders, Is.Null);
            return;
        }

        Assert.That(
            access.Folders!.Select(folder => (folder.Source, folder.Prefix)),
            Is.EqualTo(Deployment.Sources.Select(source => (source, Deployment.FolderOf(large.Miner, source)))));
        foreach (var folder in access.Folders!)
        {
            var keys = (await Presigned.ListAsync(folder.ListUrl)).Keys;
            Assert.That(keys, Is.EqualTo(large.KeysIn(folder.Prefix).Take(keys.Count)).And.Not.Empty);
        }
    }

    [Test]
    public async Task Expiry_is_as_asked_for()
    {
        var miner = Deployment.NextMiner();
        var before = ServiceClient.Now;
        var wanted = before + 600;

        var access = await Client.AskAsync<MinerAccess>(
            Call.MinerAccess(Validator, Deployment.OwnerMember, Deployment.OwnerOf(miner)).With("expiry", wanted));

        var after = ServiceClient.Now;
        Assert.That(DateTimeOffset.Parse(access.Expiry, null).ToUnixTimeSeconds(), Is.EqualTo(wanted));
        Assert.That(
            long.Parse(Presigned.Parameter(access.MinerUrl, "X-Amz-Expires")!, CultureInfo.InvariantCulture),
            Is.InRange(wanted - after - 1, wanted - before + 1));
        AssertRefused(
            await Client.SendAsync(
                Call.MinerAccess(
                    Validator,
                    Deployment.OwnerMember,
                    Deployment.OwnerOf(miner)).With("expiry", ServiceClient.Now - 1)), 400, "expiry_in_past");
    }

    [Test]
    public async Task Empty_folder_is_listed_as_empty()
    {
        var miner = Deployment.NextMiner();

        var access = await Client.AskAsync<MinerAccess>(Call.MinerAccess(Validator, Deployment.OwnerMember, Deployment.OwnerOf(miner)));
        var page = await Client.AskAsync<MinerList>(CallOf(miner));

        Assert.That((await Presigned.ListAsync(access.MinerUrl)).Keys, Is.Empty);
        Assert.That((await Presigned.ListAsync(page.ListUrl)).Keys, Is.Empty);
    }

    [Test]
    public async Task Source_that_is_not_configured_is_refused()
    {
        var miner = Deployment.NextMiner();
        foreach (var source in (JsonNode[])["unknown", "", "X", "x/", "../x", 1])
        {
            AssertRefused(await Client.SendAsync(CallOf(miner).With("source", source)), 400, "invalid_request", "source");
        }

        if (Layout == FolderLayoutKind.Hotkey)
        {
            AssertRefused(await Client.SendAsync(CallOf(miner, "x")), 400, "invalid_request", "source");
        }
    }

    [Test]
    public async Task Token_of_another_or_of_nobody_lists_no_other_folder()
    {
        var large = await Deployment.LargeFolderAsync();
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);
        string[] own = [folder + "a.bin", folder + "b.bin"];
        await Bucket.PutAllAsync(own, Bytes(100));
        await Bucket.PutAsync(folder.TrimEnd('/') + "d/secret.bin", Bytes(100));
        var foreign = (await Presigned.ListAsync((await Client.AskAsync<MinerList>(CallOf(large.Miner))).ListUrl)).NextToken!;
        string[] tokens =
        [
            foreign,
            large.Keys[0],
            large.Keys[^1],
            "data/",
            "data",
            "/",
            "..",
            "../" + large.Keys[0],
            "\0",
            "\u0001",
            "a",
            "größe-🙂",
            "&prefix=data/",
            "%26prefix%3Ddata%2F",
            "x&prefix=",
            "x#",
            "x?list-type=2",
            Convert.ToBase64String(Bytes(48)), Convert.ToBase64String(
                System.Text.Encoding.UTF8.GetBytes(large.Keys[0])), new string('a', 4096), folder.TrimEnd('/') + "d/", folder[..^2],
        ];

        foreach (var token in tokens)
        {
            var answer = await Client.SendAsync(CallOf(miner, token: token));
            if (answer.Status != HttpStatusCode.OK)
            {
                AssertRefused(answer, 400, "invalid_request", "continuation_token");
                continue;
            }

            var page = ServiceClient.Read<MinerList>(answer);
            Assert.That((page.Prefix, Presigned.Parameter(page.ListUrl, "prefix")), Is.EqualTo((folder, folder)));
            Assert.That(Presigned.Parameter(page.ListUrl, "continuation-token"), Is.EqualTo(token));
            var listed = await Presigned.GetAsync(page.ListUrl);
            Assert.That(listed.Accepted || listed.Refused || !Traits.JudgesTokens, $"{token}: {listed}");
            Assert.That(KeysIn(listed.Text), Is.SubsetOf(own), token);
        }
    }

    [Test]
    public async Task Token_that_is_too_long_or_no_text_is_refused()
    {
        var miner = Deployment.NextMiner();
        foreach (var token in (JsonNode[])[new string('a', 4097), new string('a', 10_000), 1, true, new JsonArray("a")])
        {
            AssertRefused(
                await Client.SendAsync(CallOf(miner).With("continuation_token", token)), 400, "invalid_request", "continuation_token");
        }
    }

    [Test]
    public async Task Empty_token_is_the_first_page()
    {
        var large = await Deployment.LargeFolderAsync();

        var page = await Presigned.ListAsync((await Client.AskAsync<MinerList>(CallOf(large.Miner, token: ""))).ListUrl);

        Assert.That(page.Keys, Is.EqualTo(large.KeysIn(Deployment.FolderOf(large.Miner)).Take(page.Keys.Count)));
    }

    [Test]
    public async Task Page_cannot_be_made_another_by_whoever_holds_it()
    {
        var large = await Deployment.LargeFolderAsync();
        var rival = Deployment.FolderOf(Deployment.NextMiner());
        await Bucket.PutAsync(rival + "secret.bin", Bytes(100));
        var first = (await Client.AskAsync<MinerList>(CallOf(large.Miner))).ListUrl;
        var token = (await Presigned.ListAsync(first)).NextToken!;
        var second = (await Client.AskAsync<MinerList>(CallOf(large.Miner, token: token))).ListUrl;
        (string What, string Url)[] bent =
        [
            ("a token", Presigned.Adding(first, "continuation-token", token)),
            ("a start", Presigned.Adding(first, "start-after", large.Keys[10])),
            ("another prefix", Presigned.With(first, "prefix", rival)),
            ("no prefix", Presigned.Without(first, "prefix")),
            ("more keys", Presigned.Adding(first, "max-keys", "1")),
            ("another page", Presigned.With(second, "continuation-token", token + "a")),
            ("no page", Presigned.Without(second, "continuation-token")),
            ("another prefix of a page", Presigned.With(second, "prefix", rival)),
            ("an object", Presigned.OnObject(first, large.Keys[0])),
        ];

        foreach (var (what, url) in bent)
        {
            var answer = await Presigned.GetAsync(url);
            Assert.That(answer.Refused, $"{what}: {answer}");
        }

        Assert.That((await Presigned.GetAsync(second)).Accepted, "The URL itself must be good, else this proves nothing.");
    }

    [Test]
    public async Task Miner_is_named_by_exactly_one_of_its_accounts()
    {
        var miner = Deployment.NextMiner();
        await Bucket.PutAsync(Deployment.FolderOf(miner) + "a.bin", Bytes(100));
        foreach (
            var make in (Func<string, string, Call>[])
            [
                (member, address) => Call.MinerAccess(Validator, member, address),
                (member, address) => Call.MinerList(Validator, member, address)
            ])
        {
            var byHotkey = await Client.SendAsync(make("miner_hotkey", miner.Hotkey.Address));
            Assert.That((string?)byHotkey.Json["prefix"], Is.EqualTo(Deployment.FolderOf(miner)), byHotkey.ToString());

            var byColdkey = await Client.SendAsync(make("miner_coldkey", miner.Coldkey.Address));
            if (Layout == FolderLayoutKind.Hotkey)
            {
                AssertRefused(byColdkey, 400, "invalid_request", "miner_coldkey");
            }
            else
            {
                Assert.That((string?)byColdkey.Json["prefix"], Is.EqualTo(Deployment.FolderOf(miner)), byColdkey.ToString());
                AssertRefused(await Client.SendAsync(make("miner_hotkey", Account.New().Address)), 404, "miner_not_found");
                AssertRefused(await Client.SendAsync(make("miner_hotkey", miner.Coldkey.Address)), 404, "miner_not_found");
            }

            var both = await Client.SendAsync(make("miner_hotkey", miner.Hotkey.Address).With("miner_coldkey", miner.Coldkey.Address));
            Assert.That(((int)both.Status, both.Code), Is.EqualTo((400, "invalid_request")), both.ToString());
            var neither = await Client.SendAsync(make("miner_hotkey", miner.Hotkey.Address).With("miner_hotkey", null));
            AssertRefused(neither, 400, "invalid_request", "miner_hotkey");
        }
    }

    [Test]
    public async Task Signature_for_one_miner_opens_no_other()
    {
        var (miner, rival) = (Deployment.NextMiner(), Deployment.NextMiner());
        foreach (var call in (Call[])
            [
                Call.MinerAccess(Validator, Deployment.OwnerMember, Deployment.OwnerOf(miner)),
                CallOf(miner),
                Call.Files(Validator, Deployment.OwnerMember, Deployment.OwnerOf(miner)),
            ])
        {
            AssertRefused(await Client.SendAsync(call.With(Deployment.OwnerMember, Deployment.OwnerOf(rival))), 401, "invalid_signature");
        }
    }

    [Test]
    public async Task Folder_of_somebody_who_is_not_registered_is_listed_by_the_account_that_names_it()
    {
        var gone = Miner.New();
        await Bucket.PutAsync(Deployment.FolderOf(gone) + "old.bin", Bytes(100));

        var access = await Client.AskAsync<MinerAccess>(Call.MinerAccess(Validator, Deployment.OwnerMember, Deployment.OwnerOf(gone)));
        var page = await Client.AskAsync<MinerList>(CallOf(gone));

        Assert.That((await Presigned.ListAsync(access.MinerUrl)).Keys, Is.EqualTo([Deployment.FolderOf(gone) + "old.bin"]));
        Assert.That((await Presigned.ListAsync(page.ListUrl)).Keys, Is.EqualTo([Deployment.FolderOf(gone) + "old.bin"]));
    }

    // Stores repeat the token, which makes XML of a control character that no parser reads.
    private static IEnumerable<string> KeysIn(string listing) =>
        listing.Split("<Key>").Skip(1).Select(part => WebUtility.UrlDecode(part[..part.IndexOf("</Key>", StringComparison.Ordinal)]));

    private Call CallOf(Miner miner, string? source = null, string? token = null) =>
        Call.MinerList(Validator, Deployment.OwnerMember, Deployment.OwnerOf(miner), source, token);
}
