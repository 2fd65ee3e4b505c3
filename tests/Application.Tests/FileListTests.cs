using System.Text;

namespace S3Auth.Application.Tests;

public sealed class FileListTests
{
    private static readonly DateTimeOffset Uploaded = DateTimeOffset.FromUnixTimeSeconds(Subnet.Now - 60);

    private Subnet _subnet = null!;

    [SetUp]
    public void SetUp() => _subnet = new Subnet();

    [TearDown]
    public void TearDown() => _subnet.Dispose();

    private static ListMyFilesCommand AsBob => new()
    {
        Coldkey = Subnet.Dave,
        Hotkey = Subnet.Bob,
        Timestamp = Subnet.Now,
        Signature = Subnet.Good,
    };

    private static ListFilesCommand AsAlice => new()
    {
        Hotkey = Subnet.Alice,
        Timestamp = Subnet.Now,
        Signature = Subnet.Good,
        MinerColdkey = Subnet.Dave,
    };

    private static string InX(string name) => $"data/x/{Subnet.Dave}/{name}";

    private static string InReddit(string name) => $"data/reddit/{Subnet.Dave}/{name}";

    [Test]
    public async Task Miner_and_validator_get_the_same_files_with_download_urls()
    {
        Holds(InX("a b%2F."), InReddit("c"));

        var (own, asked) = (await _subnet.SendAsync(AsBob), await _subnet.SendAsync(AsAlice));

        Assert.Multiple(() =>
        {
            Assert.That(own.Files, Is.EqualTo(asked.Files));
            Assert.That(
                own.Files[0], Is.EqualTo(new ListedFile(InX("a b%2F."), 4096, Uploaded, "etag", $"get {InX("a b%2F.")} until +86400")));
            Assert.That(own.Files.Select(file => file.Key), Is.EqualTo(new[] { InX("a b%2F."), InReddit("c") }));
            Assert.That((own.NextCursor, own.ExpiresInSeconds), Is.EqualTo((default(string), 86400)));
        });
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    [TestCase(6)]
    [TestCase(7)]
    [TestCase(8)]
    public async Task Pages_of_any_size_contain_every_file_once(int limit)
    {
        string[] all = [InX("1"), InX("2"), InX("3"), InReddit("1"), InReddit("2"), InReddit("3"), InReddit("4")];
        Holds(all);
        var seen = new List<string>();
        var pages = 0;
        string? cursor = null;
        do
        {
            var page = await _subnet.SendAsync(AsBob with { Limit = limit, Cursor = cursor });
            Assert.That(
                page.Files, Has.Count.EqualTo(page.NextCursor is null ? all.Length - seen.Count : limit), "only the last page is short");
            seen.AddRange(page.Files.Select(file => file.Key));
            cursor = page.NextCursor;
            pages++;
        }
        while (cursor is not null);

        Assert.That(seen, Is.EqualTo(all));
        Assert.That(pages, Is.EqualTo((all.Length + limit - 1) / limit), "no page is empty");
    }

    [Test]
    public async Task Page_that_contains_all_files_is_the_last()
    {
        Holds(InX("1"), InX("2"));

        var page = await _subnet.SendAsync(AsBob with { Limit = 2 });

        Assert.That((page.Files.Count, page.NextCursor), Is.EqualTo((2, default(string))), "nothing is in the folders after it");
    }

    [Test]
    public async Task Source_and_prefix_narrow_the_list()
    {
        Holds(InX("a1"), InX("a2"), InX("b"), InReddit("a3"));

        Assert.Multiple(async () =>
        {
            Assert.That(
                await KeysAsync(AsBob with { Source = Subnet.SourceOf("x") }), Is.EqualTo(new[] { InX("a1"), InX("a2"), InX("b") }));
            Assert.That(await KeysAsync(AsBob with { Prefix = "a" }), Is.EqualTo(new[] { InX("a1"), InX("a2"), InReddit("a3") }));
            Assert.That(await KeysAsync(AsBob with { Prefix = InX("a") }), Is.EqualTo(new[] { InX("a1"), InX("a2") }));
            Assert.That(await KeysAsync(AsBob with { Prefix = InReddit("") }), Is.EqualTo(new[] { InReddit("a3") }));
            Assert.That(
                await KeysAsync(AsBob with { Prefix = InX("a"), Source = Subnet.SourceOf("x") }), Is.EqualTo(
                    new[] { InX("a1"), InX("a2") }));
        });
    }

    private static IEnumerable<string> Outside() =>
    [
        "data/", $"data/x/{Subnet.Bob}/", $"data/x/{Subnet.Dave}", $"data/x/{Subnet.Dave}x/", "../", "..", InX("../" + Subnet.Bob), "/",
        $"/data/x/{Subnet.Bob}/",
        $"data/hotkey={Subnet.Bob}/",
    ];

    [TestCaseSource(nameof(Outside))]
    public async Task Prefix_outside_of_the_folders_is_refused_without_a_listing(string prefix)
    {
        RefusedException[] refusals =
            [await _subnet.RefuseAsync(AsBob with { Prefix = prefix }), await _subnet.RefuseAsync(AsAlice with { Prefix = prefix })];
        foreach (var refused in refusals)
        {
            Assert.That((refused.Code, refused.Errors.Keys.Single()), Is.EqualTo((RefusalCode.InvalidRequest, "prefix")));
        }

        _subnet.Store.Verify(
            port => port.ListFilesAsync(It.IsAny<string>(), It.IsAny<ObjectKey?>(), It.IsAny<int>(), It.IsAny<CancellationToken>()),
            Times.Never);
    }

    [Test]
    public async Task Prefix_in_the_folder_of_another_source_is_refused()
    {
        var refused = await _subnet.RefuseAsync(AsBob with { Prefix = InX("a"), Source = Subnet.SourceOf("reddit") });

        Assert.That(refused.Errors.Keys, Is.EqualTo(new[] { "prefix" }));
    }

    [Test]
    public async Task Cursor_is_valid_only_for_the_request_it_was_made_for()
    {
        Holds(InX("a1"), InX("a2"), InX("a3"));
        var cursor = (await _subnet.SendAsync(AsBob with { Limit = 1, Prefix = "a" })).NextCursor!;
        var wrong = AsBob with { Cursor = cursor, Prefix = "a" };

        Assert.Multiple(async () =>
        {
            Assert.That(await KeysAsync(wrong), Is.EqualTo(new[] { InX("a2"), InX("a3") }), "it is right here");
            Assert.That(
                await KeysAsync(AsAlice with { Cursor = cursor, Prefix = "a" }), Is.EqualTo(new[] { InX("a2"), InX("a3") }),
                    "whoever may list the same");
            await AssertRefusedAsync(wrong with { Prefix = null });
            await AssertRefusedAsync(wrong with { Prefix = InX("a") });
            await AssertRefusedAsync(wrong with { Source = Subnet.SourceOf("x") });
            await AssertRefusedAsync(AsAlice with { Cursor = cursor, Prefix = "a", MinerColdkey = Subnet.Charlie });
        });
    }

    [Test]
    public async Task Cursor_that_is_altered_anywhere_is_refused()
    {
        Holds(InX("a1"), InX("a2"));
        var cursor = (await _subnet.SendAsync(AsBob with { Limit = 1 })).NextCursor!;

        for (var i = 0; i < cursor.Length; i++)
        {
            await AssertRefusedAsync(AsBob with { Cursor = cursor[..i] + (cursor[i] == 'A' ? 'B' : 'A') + cursor[(i + 1)..] });
            await AssertRefusedAsync(AsBob with { Cursor = cursor[..i] + " " + cursor[i..] });
        }

        foreach (var more in (string[])["=", "==", "A", "AAAA", "\n"])
        {
            await AssertRefusedAsync(AsBob with { Cursor = cursor + more });
        }
    }

    [TestCase("")]
    [TestCase("A")]
    [TestCase("1000")]
    [TestCase("not a cursor")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("\u00e4\u00e4\u00e4\u00e4")]
    [TestCase("====")]
    public async Task Other_text_is_refused_as_cursor(string cursor) => await AssertRefusedAsync(AsBob with { Cursor = cursor });

    [Test]
    public async Task Very_long_cursor_is_refused() =>
        await AssertRefusedAsync(AsBob with { Cursor = new string('A', 400_000) });

    [Test]
    public async Task Forged_cursor_does_not_lead_outside_of_the_folders()
    {
        Holds(InX("a1"), InX("a2"));
        string[] prefixes = [InX(""), InReddit("")];

        var outside = FileCursor.After(Subnet.KeyOf($"data/x/{Subnet.Bob}/secret"), prefixes);
        var inside = FileCursor.After(Subnet.KeyOf(InX("a1")), prefixes);

        await AssertRefusedAsync(AsBob with { Cursor = outside });
        Assert.That(await KeysAsync(AsBob with { Cursor = inside }), Is.EqualTo(new[] { InX("a2") }));
    }

    [Test]
    public async Task Keys_that_are_not_utf8_are_paged_by_their_bytes()
    {
        // As text, all of these would be the same key, which comes before all of them.
        byte[][] names = [[0xfe], [0xff], [0xff, 0], [0xff, (byte)'a'], [0xff, 0xff]];
        Holds(
            [Subnet.KeyOf(InX("a")), .. names.Select(name => Subnet.KeyOf([.. Encoding.UTF8.GetBytes(InX("")), .. name])),
                Subnet.KeyOf(InReddit("z"))]);
        var seen = new List<ListedFile>();
        string? cursor = null;
        do
        {
            Assert.That(seen, Has.Count.LessThan(20));
            var page = await _subnet.SendAsync(AsAlice with { Limit = 1, Cursor = cursor });
            seen.AddRange(page.Files);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        string[] texts = ["a", "\ufffd", "\ufffd", "\ufffd\0", "\ufffda", "\ufffd\ufffd"];
        Assert.That(seen.Select(file => file.Key), Is.EqualTo(texts.Select(InX).Append(InReddit("z"))));
        Assert.That(
            seen.Select(file => file.DownloadUrl is not null), Is.EqualTo(new[] { true, false, false, false, false, false, true }),
            "no store takes such bytes in a URL");
    }

    [Test]
    public async Task Key_of_maximum_length_makes_a_cursor()
    {
        var longest = InX(new string('l', ObjectKey.MaxBytes - InX("").Length));
        Holds(longest, InX("m"));

        var first = await _subnet.SendAsync(AsAlice with { Limit = 1 });
        var second = await _subnet.SendAsync(AsAlice with { Cursor = first.NextCursor });

        Assert.That(
            (first.Files[0].Key, first.Files[0].DownloadUrl), Is.EqualTo((longest, default(string))), "S3 takes 1,024 bytes in a URL");
        Assert.That(second.Files.Select(file => file.Key), Is.EqualTo(new[] { InX("m") }));
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(1001)]
    [TestCase(long.MaxValue)]
    public async Task Limit_is_1_to_1000(long limit) =>
        Assert.That((await _subnet.RefuseAsync(AsAlice with { Limit = limit })).Errors.Keys, Is.EqualTo(new[] { "limit" }));

    [Test]
    public async Task Key_that_no_url_can_contain_is_listed_without_a_download_url()
    {
        Holds(InX("../b"), InX(""));

        var page = await _subnet.SendAsync(AsBob);

        Assert.That(
            page.Files.Select(file => (file.Key, file.DownloadUrl)), Is.EqualTo(new[] { (InX(""), default(string)), (InX("../b"), null) }));
    }

    [Test]
    public async Task Source_that_is_not_configured_is_refused()
    {
        Assert.That(
            (await _subnet.RefuseAsync(AsBob with { Source = Subnet.SourceOf("youtube") })).Errors.Keys, Is.EqualTo(new[] { "source" }));
        Assert.That(
            (await _subnet.RefuseAsync(AsAlice with { Source = Subnet.SourceOf("youtube") })).Errors.Keys, Is.EqualTo(new[] { "source" }));
    }

    [Test]
    public async Task Miner_cannot_list_another_miner()
    {
        var refused = await _subnet.RefuseAsync(AsAlice with { Hotkey = Subnet.Bob, MinerColdkey = Subnet.Charlie });

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.NotAValidator));
    }

    [Test]
    public async Task Hotkey_layout_lists_the_one_folder()
    {
        using var subnet = new Subnet { Layout = Layouts.ByHotkey };

        await subnet.SendAsync(AsBob);
        await subnet.SendAsync(AsAlice with { MinerColdkey = null, MinerHotkey = Subnet.Dave });

        subnet.Store.Verify(
            port => port.ListFilesAsync($"data/hotkey={Subnet.Bob}/", null, 1000, It.IsAny<CancellationToken>()), Times.Once);
        subnet.Store.Verify(
            port => port.ListFilesAsync($"data/hotkey={Subnet.Dave}/", null, 1000, It.IsAny<CancellationToken>()), Times.Once);
    }

    private void Holds(params string[] keys) => Holds([.. keys.Select(Subnet.KeyOf)]);

    private void Holds(ObjectKey[] keys) => _subnet.Store
        .Setup(port => port.ListFilesAsync(It.IsAny<string>(), It.IsAny<ObjectKey?>(), It.IsAny<int>(), It.IsAny<CancellationToken>()))
        .ReturnsAsync((string prefix, ObjectKey? after, int limit, CancellationToken _) =>
        {
            var found = keys
                .Where(key => key.StartsWith(Encoding.UTF8.GetBytes(prefix)) && (after is not { } last || key.IsAfter(last)))
                .OrderBy(key => Convert.ToHexString(key.Bytes.Span), StringComparer.Ordinal)
                .Select(key => new StoredFile(key, 4096, Uploaded, "etag"))
                .ToList();
            return new FilePage([.. found.Take(limit)], found.Count > limit);
        });

    private async Task<IEnumerable<string>> KeysAsync(MediatR.IRequest<FileList> request) =>
        (await _subnet.SendAsync(request)).Files.Select(file => file.Key);

    private async Task AssertRefusedAsync(MediatR.IRequest<FileList> request)
    {
        var refused = await _subnet.RefuseAsync(request);

        Assert.That((refused.Code, refused.Errors.Keys.Single()), Is.EqualTo((RefusalCode.InvalidRequest, "cursor")));
    }
}
