namespace S3Auth.EndToEnd.Tests.Cases.Validators;

/// <summary>Each file of a miner is listed once, whatever its name, and no file of another miner.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.LargeEverywhereButSwift))]
internal sealed class FileListTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    private const string Base64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly string[] Listings = [ServiceClient.FilesPath, ServiceClient.MyFilesPath];

    internal override DeploymentKind Kind => DeploymentKind.Large;

    [Test]
    public async Task Every_file_is_listed_once_page_by_page(
        [ValueSource(nameof(Listings))] string path,
        [Values(1000, 700)] int limit,
        [Values(ProofKind.Commitment, ProofKind.Tao)] ProofKind proof)
    {
        var large = await Deployment.LargeFolderAsync();

        var files = await ReadAsync(CallOf(path, large.Miner), limit, proof);

        Assert.That(files.Select(file => file.Key), Is.EqualTo(large.Keys));
    }

    [Test]
    public async Task Page_without_a_limit_holds_a_thousand_files()
    {
        var large = await Deployment.LargeFolderAsync();
        foreach (var path in Listings)
        {
            var page = await Client.AskAsync<FileList>(CallOf(path, large.Miner));

            Assert.That(page.Keys, Is.EqualTo(large.Keys.Take(1000)));
            Assert.That(page.NextCursor, Is.Not.Null);
            Assert.That(page.ExpiresInSeconds, Is.EqualTo(24 * 60 * 60));
        }
    }

    [Test]
    public async Task Size_etag_and_time_are_the_files_own()
    {
        var large = await Deployment.LargeFolderAsync();

        var files = await ReadAsync(CallOf(ServiceClient.FilesPath, large.Miner), 1000);

        foreach (var file in files)
        {
            var content = large.Contents[file.Key];
            Assert.That((file.Size, file.Etag), Is.EqualTo((content.Length, Md5(content))), file.Key);
            Assert.That(file.LastModified, Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$"));
            Assert.That(
                DateTimeOffset.Parse(file.LastModified, CultureInfo.InvariantCulture),
                Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(30)));
        }
    }

    [Test]
    public async Task Odd_keys_are_downloaded_as_they_were_uploaded()
    {
        var large = await Deployment.LargeFolderAsync();
        foreach (var path in Listings)
        {
            var urls = (await ReadAsync(CallOf(path, large.Miner), 1000)).ToDictionary(
                file => file.Key, file => file.DownloadUrl, StringComparer.Ordinal);

            foreach (var key in large.OddKeys.Concat(large.Keys.Where((_, index) => index % 500 == 0)))
            {
                Content.AssertSame(await Presigned.DownloadAsync(urls[key]!), large.Contents[key], key);
            }
        }
    }

    [Test]
    public async Task Odd_keys_are_paged_through_one_by_one()
    {
        // A page that ends with such a key makes a cursor and a start of it.
        var large = await Deployment.LargeFolderAsync();
        foreach (
            var beginning in (string[])
            [
                "p", " ", "%", "+", "trailing", "double/", "triple//", "\"", "'", "back\\", "s", "🙂", "größe", "a", "..d", "...", "\u202E",
                "\u2028", "&", "]", "<"
            ])
        {
            var prefix = Deployment.FolderOf(large.Miner) + Deployment.PathOf(beginning);
            var files = await ReadAsync(CallOf(ServiceClient.FilesPath, large.Miner).With("prefix", prefix), 1);
            Assert.That(files.Select(file => file.Key), Is.EqualTo(large.KeysIn(prefix)).And.Not.Empty, beginning);
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    [TestCase(6)]
    public async Task Pages_end_anywhere_without_losing_a_file(int limit)
    {
        var miner = Deployment.NextMiner();
        var keys = await PutAsync(miner, "a.bin", "b.bin", "c.bin");

        foreach (var path in Listings)
        {
            var files = await ReadAsync(CallOf(path, miner), limit);
            Assert.That(files.Select(file => file.Key), Is.EqualTo(keys), path);
        }
    }

    [Test]
    public async Task Last_page_has_no_cursor()
    {
        var miner = Deployment.NextMiner();
        var keys = await PutAsync(miner, "a.bin", "b.bin");

        foreach (var path in Listings)
        {
            var answer = await Client.SendAsync(CallOf(path, miner).With("limit", keys.Count));
            Assert.That(answer.Json.ContainsKey("next_cursor"), Is.False, answer.ToString());
        }
    }

    [Test]
    public async Task Empty_folder_has_no_files()
    {
        var miner = Deployment.NextMiner();
        foreach (var path in Listings)
        {
            var page = await Client.AskAsync<FileList>(CallOf(path, miner));
            Assert.That((page.Files.Count, page.NextCursor), Is.EqualTo((0, (string?)null)));
        }
    }

    [Test]
    public async Task Source_narrows_the_listing_to_its_folder()
    {
        var miner = Deployment.NextMiner();
        await PutAsync(miner, "a.bin", "b.bin");
        foreach (var path in Listings)
        {
            foreach (var source in Deployment.Sources)
            {
                var call = CallOf(path, miner).With("source", source);
                if (Layout == FolderLayoutKind.Hotkey)
                {
                    AssertRefused(await Client.SendAsync(call), 400, "invalid_request", "source");
                    continue;
                }

                var folder = Deployment.FolderOf(miner, source);
                Assert.That((await ReadAsync(call, 1)).Select(file => file.Key), Is.EqualTo([folder + "a.bin", folder + "b.bin"]));
            }

            foreach (var source in (JsonNode[])["unknown", "", "X", "x/", "../x", 1])
            {
                AssertRefused(await Client.SendAsync(CallOf(path, miner).With("source", source)), 400, "invalid_request", "source");
            }
        }
    }

    [Test]
    public async Task Prefix_is_a_whole_keys_beginning_or_what_follows_the_folder()
    {
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);
        string[] names = ["2026-01/a.bin", "2026-01/b.bin", "2026-02/a.bin", "20.bin", "größe 数据&+%2F?#.bin"];
        await Bucket.PutAllAsync(names.Select(name => folder + name), Bytes(100));

        foreach (var path in Listings)
        {
            foreach (
                var prefix in (string[])
                [
                    "2026-01/", "2026-0", "20", "2", "größe 数据&+%2F", "2026-01/a.bin", "2026-01/a.bin/", "nothing", "2026-01//"
                ])
            {
                var expected = names.Where(
                    name =>
                        name.StartsWith(prefix, StringComparison.Ordinal)).Select(name =>
                            folder + name).Order(StringComparer.Ordinal).ToList();
                Assert.That(
                    (await ReadAsync(CallOf(path, miner).With("prefix", prefix), 1)).Select(file => file.Key),
                    Is.EqualTo(expected),
                    prefix);
                Assert.That(
                    (await ReadAsync(CallOf(path, miner).With("prefix", folder + prefix), 1000)).Select(file => file.Key),
                    Is.EqualTo(expected),
                    folder + prefix);
            }

            Assert.That((await ReadAsync(CallOf(path, miner).With("prefix", folder), 1000)).Count, Is.EqualTo(names.Length));
            Assert.That((await ReadAsync(CallOf(path, miner).With("prefix", ""), 1000)).Count, Is.EqualTo(names.Length));
        }
    }

    [Test]
    public async Task Prefix_outside_of_the_folder_is_refused()
    {
        var (miner, rival) = (Deployment.NextMiner(), Deployment.NextMiner());
        var (folder, secret) = (Deployment.FolderOf(miner), Deployment.FolderOf(rival));
        await Bucket.PutAllAsync([folder + "own.bin", secret + "secret.bin", folder.TrimEnd('/') + "d/secret.bin"], Bytes(100));
        string[] prefixes =
        [
            "data/",
            "data",
            secret,
            folder[..^1],
            folder.TrimEnd('/') + "d/",
            folder[..^2],
            "../",
            "..",
            ".",
            "./",
            "a/../../",
            folder + "../",
            $"{folder}../{Deployment.OwnerOf(rival)}/",
            "/" + folder, "/", "//", "/" + secret, new string('a', 1024), folder + new string('a', 1024),
        ];

        foreach (var path in Listings)
        {
            foreach (var prefix in prefixes)
            {
                var answer = await Client.SendAsync(CallOf(path, miner).With("prefix", prefix));

                // "data" without its slash may also follow the folder, where nothing is called so.
                Assert.That(answer.Text, Does.Not.Contain("secret.bin"), prefix);
                if (prefix is not "data")
                {
                    AssertRefused(answer, 400, "invalid_request", "prefix");
                }
            }

            AssertRefused(await Client.SendAsync(CallOf(path, miner).With("prefix", 1)), 400, "invalid_request", "prefix");
        }
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(1001)]
    [TestCase(long.MaxValue)]
    [TestCase(long.MinValue)]
    public async Task Limit_outside_of_its_range_is_refused(long limit)
    {
        foreach (var path in Listings)
        {
            AssertRefused(
                await Client.SendAsync(CallOf(path, Deployment.NextMiner()).With("limit", limit)), 400, "invalid_request", "limit");
        }
    }

    [Test]
    public async Task Cursor_with_any_character_changed_is_refused()
    {
        var miner = Deployment.NextMiner();
        await PutAsync(miner, "a.bin", "b.bin", "c.bin");
        var call = CallOf(ServiceClient.FilesPath, miner).With("limit", 1);
        var cursor = (await Client.AskAsync<FileList>(call)).NextCursor!;
        var tampered = Enumerable.Range(0, cursor.Length)
            .Select(index =>
                cursor[..index] + Base64Url[(Base64Url.IndexOf(cursor[index], StringComparison.Ordinal) + 1) % 64] + cursor[(index + 1)..])
            .Concat(Base64Url.Where(last => last != cursor[^1]).Select(last => cursor[..^1] + last))
            .Concat(
                [
                    cursor[..^1],
                    cursor[1..],
                    cursor + "A",
                    "A" + cursor,
                    cursor + cursor,
                    cursor + "=",
                    cursor + "==",
                    " " + cursor,
                    cursor + "\n",
                    cursor + "\0",
                    cursor[..8] + " " + cursor[8..],
                ]);

        foreach (var other in tampered)
        {
            AssertRefused(await Client.SendAsync(call.With("cursor", other)), 400, "invalid_request", "cursor");
        }

        Assert.That(
            (await Client.AskAsync<FileList>(call.With("cursor", cursor))).Files,
            Has.Count.EqualTo(1),
            "The cursor itself must be good, else this proves nothing.");
    }

    [Test]
    public async Task Cursor_of_another_listing_is_refused()
    {
        var (miner, rival) = (Deployment.NextMiner(), Deployment.NextMiner());
        await PutAsync(miner, "a1.bin", "a2.bin", "b1.bin", "b2.bin");
        await PutAsync(rival, "a1.bin", "a2.bin", "b1.bin", "b2.bin");

        foreach (var path in Listings)
        {
            var call = CallOf(path, miner).With("limit", 1);
            List<Call> others = [CallOf(path, rival), call.With("prefix", "a"), call.With("prefix", "b"), call.With("prefix", "a1")];
            if (Layout == FolderLayoutKind.Coldkey)
            {
                others.AddRange([call.With("source", "x"), call.With("source", "reddit"), call.With("source", "x").With("prefix", "a")]);
            }

            var cursors = new List<(Call Call, string Cursor)>();
            foreach (var one in (Call[])[call, .. others])
            {
                if ((await Client.AskAsync<FileList>(one.With("limit", 1))).NextCursor is { } cursor)
                {
                    cursors.Add((one.With("limit", 1), cursor));
                }
            }

            foreach (var (one, _) in cursors)
            {
                foreach (var (other, cursor) in cursors)
                {
                    var answer = await Client.SendAsync(one.With("cursor", cursor));
                    if (ReferenceEquals(one, other))
                    {
                        Assert.That((int)answer.Status, Is.EqualTo(200), answer.ToString());
                    }
                    else
                    {
                        AssertRefused(answer, 400, "invalid_request", "cursor");
                    }
                }
            }
        }
    }

    [Test]
    public async Task Cursor_that_was_never_given_is_refused()
    {
        var large = await Deployment.LargeFolderAsync();
        var page = await Client.AskAsync<MinerList>(
            Call.MinerList(Subnet.Validator.Hotkey, Deployment.OwnerMember, Deployment.OwnerOf(large.Miner)));
        var token = (await Presigned.ListAsync(page.ListUrl)).NextToken!;
        string[] cursors =
        [
            "", " ", "a", "cursor", "next", "../", "null", token, large.Keys[1000], "größe", "🙂", "%00", "\0", Convert
                .ToBase64String(Bytes(60)), new string('A', 10_000), new string('=', 10_000),
            Encoded(large.Keys[1000]), Encoded(new string('\0', 16) + large.Keys[1000]), Encoded(
                Deployment.FolderOf(Deployment.NextMiner())),
        ];

        foreach (var path in Listings)
        {
            foreach (var cursor in cursors)
            {
                AssertRefused(await Client.SendAsync(CallOf(path, large.Miner).With("cursor", cursor)), 400, "invalid_request", "cursor");
            }

            AssertRefused(await Client.SendAsync(CallOf(path, large.Miner).With("cursor", 1)), 400, "invalid_request", "cursor");
        }
    }

    [Test]
    public async Task Cursor_works_whatever_the_next_page_is_proved_by()
    {
        var miner = Deployment.NextMiner();
        var keys = await PutAsync(miner, "a.bin", "b.bin", "c.bin", "d.bin");
        foreach (var path in Listings)
        {
            var found = new List<string>();
            string? cursor = null;
            do
            {
                var page = await Client.AskAsync<FileList>(
                    CallOf(path, miner).With("limit", 1).With("cursor", cursor), found.Count % 2 == 0
                        ? ProofKind.Commitment
                        : ProofKind.Tao);
                found.AddRange(page.Keys);
                cursor = page.NextCursor;
            }
            while (cursor is not null);

            Assert.That(found, Is.EqualTo(keys));
        }
    }

    [Test]
    public async Task Files_that_come_and_go_between_pages_disturb_no_others()
    {
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);
        await Bucket.PutAllAsync([folder + "b.bin", folder + "d.bin", folder + "f.bin"], Bytes(100));
        var call = CallOf(ServiceClient.MyFilesPath, miner).With("limit", 1);
        var first = await Client.AskAsync<FileList>(call);
        await Bucket.PutAllAsync([folder + "a.bin", folder + "c.bin"], Bytes(100));
        await Bucket.DeleteAllAsync([folder + "b.bin"]);

        var second = await Client.AskAsync<FileList>(call.With("limit", 1000).With("cursor", first.NextCursor));

        Assert.That(first.Keys, Is.EqualTo([folder + "b.bin"]));
        Assert.That(second.Keys, Is.EqualTo([folder + "c.bin", folder + "d.bin", folder + "f.bin"]));
    }

    [Test]
    public async Task Miner_that_is_no_longer_registered_is_listed_by_the_account_that_names_its_folder()
    {
        var gone = Miner.New();
        var key = Deployment.FolderOf(gone) + Deployment.PathOf("old.bin");
        var content = Bytes(2000);
        await Bucket.PutAsync(key, content);

        var page = await Client.AskAsync<FileList>(Call.Files(Subnet.Validator.Hotkey, Deployment.OwnerMember, Deployment.OwnerOf(gone)));

        Assert.That(page.Keys, Is.EqualTo([key]));
        Content.AssertSame(await Presigned.DownloadAsync(page.Files[0].DownloadUrl!), content);
        AssertRefused(await Client.SendAsync(Call.MyFiles(gone)), 403, "hotkey_not_registered");
        if (Layout == FolderLayoutKind.Coldkey)
        {
            AssertRefused(
                await Client.SendAsync(Call.Files(Subnet.Validator.Hotkey, "miner_hotkey", gone.Hotkey.Address)), 404, "miner_not_found");
        }
    }

    [Test]
    public async Task Miner_is_named_by_its_hotkey_as_well()
    {
        var miner = Deployment.NextMiner();
        var keys = await PutAsync(miner, "a.bin");

        Assert.That(
            (await Client.AskAsync<FileList>(Call.Files(Subnet.Validator.Hotkey, "miner_hotkey", miner.Hotkey.Address))).Keys,
            Is.EqualTo(keys));
        if (Layout == FolderLayoutKind.Hotkey)
        {
            AssertRefused(
                await Client.SendAsync(Call.Files(Subnet.Validator.Hotkey, "miner_coldkey", miner.Coldkey.Address)),
                400,
                "invalid_request",
                "miner_coldkey");
        }
    }

    [Test]
    public async Task Keys_with_control_characters_are_listed_and_downloaded()
    {
        // XML 1.0 cannot say such names, so a store's listing of them is readable only where it encodes them.
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);
        var contents = (
            (string[])
            [
                "a\u0001b.bin", "line\nbreak.bin", "carriage\r\nreturn.bin", "tab\t.bin", "\u001b[2J.bin", "\u007f.bin", "\u0085.bin",
                "plain.bin"
            ])
            .ToDictionary(name => folder + name, name => Bytes(500 + name.Length), StringComparer.Ordinal);
        try
        {
            await Bucket.PutAllAsync(contents);

            foreach (var path in Listings)
            {
                foreach (var limit in (int[])[1, 1000])
                {
                    var files = await ReadAsync(CallOf(path, miner), limit);

                    Assert.That(files.Select(file => file.Key), Is.EqualTo(contents.Keys.Order(StringComparer.Ordinal)));
                    foreach (var file in files)
                    {
                        Content.AssertSame(
                            await Presigned.DownloadAsync(file.DownloadUrl!), contents[file.Key], Uri.EscapeDataString(file.Key));
                    }
                }
            }
        }
        finally
        {
            // Other cases read listings of the whole bucket.
            await Bucket.DeleteAllAsync(contents.Keys);
        }
    }

    [Test]
    public async Task Key_that_steps_upwards_is_listed_but_never_signed()
    {
        var (miner, rival) = (Deployment.NextMiner(), Deployment.NextMiner());
        var folder = Deployment.FolderOf(miner);
        string[] names = ["../" + Deployment.OwnerOf(rival) + "/secret.bin", "a/../../b.bin", "./c.bin", "d/.."];
        foreach (var name in names)
        {
            // A store may refuse or store such a name. The client must send it unchanged.
            if (Traits.TakesForms)
            {
                await FormUpload.Of(Bucket, folder + name, Bytes(2000)).SendAsync();
            }
            else
            {
                await S3Request.Of("PUT", Bucket, folder + name, body: Bytes(2000)).Presign(Bucket.Keys, Bucket.Region).SendAsync();
            }
        }

        foreach (var path in Listings)
        {
            var files = await ReadAsync(CallOf(path, miner), 1);

            Assert.That(files.Select(file => file.Key), Is.All.StartsWith(folder));
            Assert.That(files.Select(file => file.DownloadUrl), Is.All.Null);
        }

        await Bucket.DeleteAllAsync(await Bucket.ListKeysAsync(folder));
    }

    private Call CallOf(string path, Miner miner) => string.Equals(path, ServiceClient.MyFilesPath, StringComparison.Ordinal)
        ? Call.MyFiles(miner)
        : Call.Files(Subnet.Validator.Hotkey, Deployment.OwnerMember, Deployment.OwnerOf(miner));

    /// <summary>All pages, none of which may be longer than asked for.</summary>
    private async Task<List<ListedFile>> ReadAsync(Call call, int limit, ProofKind proof = ProofKind.Commitment)
    {
        var found = new List<ListedFile>();
        string? cursor = null;
        do
        {
            var page = await Client.AskAsync<FileList>(call.With("limit", limit).With("cursor", cursor), proof);
            Assert.That(page.Files, Has.Count.AtMost(limit));
            Assert.That(
                page.NextCursor,
                page.Files.Count == 0 ? Is.Null : Is.Not.EqualTo(cursor).Or.Null,
                "A client that follows cursors must get to an end.");
            found.AddRange(page.Files);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        return found;
    }

    /// <summary>Stores files of these names in every folder of the miner. Returns their keys in the order of a listing.</summary>
    private async Task<List<string>> PutAsync(Miner miner, params string[] names)
    {
        IEnumerable<string> folders = Layout == FolderLayoutKind.Coldkey ? Deployment.Sources.Select(
            source => Deployment.FolderOf(miner, source)) : [Deployment.FolderOf(miner)];
        var keys = folders.SelectMany(folder => names.Select(name => folder + name)).ToList();
        await Bucket.PutAllAsync(keys, Bytes(100));
        return keys;
    }

    private static string Encoded(string text) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    // What S3 calls an ETag; it protects nothing.
#pragma warning disable CA5351
    private static string Md5(byte[] content) => Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351
}
