namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>
/// <c>/get-file-upload-urls</c> on each store: the URLs store what was announced and nothing else, as far as the answer promises it.
/// </summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.EachStore))]
internal sealed class BatchUploadTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    private const int MaxFiles = 1000;
    private const int Size = 1100;
    private const int AtOnce = 32;
    private const int Few = 20;

    // Before its first report about the store, the server promises less than the store enforces.
    [OneTimeSetUp]
    public Task WaitForReport() => Wait.UntilAsync(
        async () => (await Client.GetAsync("/healthcheck")).Json["store"]!["checks"]!.AsObject().Count > 0, "There is no report.");

    [Test]
    public async Task Files_of_another_size_or_content_are_not_stored()
    {
        var miner = Deployment.NextMiner();
        var folder = Deployment.FolderOf(miner);
        var contents = Enumerable.Range(0, MaxFiles).ToDictionary(
            i => string.Create(CultureInfo.InvariantCulture, $"{i % 7}/größe {i}.bin"), _ => Bytes(Size), StringComparer.Ordinal);
        var batch = await AskAsync(miner, contents.Select(file => (file.Key, (long)Size, (string?)Sha256Of(file.Value))));
        Assert.That(batch.Files.Keys, Is.EquivalentTo(contents.Keys));
        Assert.That(batch.SizeEnforced);

        var sizes = await PutAllAsync(batch.Files, (path, i) => i % 2 == 0 ? contents[path][1..] : [.. contents[path], 0]);
        Assert.That(sizes.Where(IsNotRefused), Is.Empty);
        Assert.That(await Bucket.ListKeysAsync(folder), Is.Empty, "files of another size");

        // A store that does not verify the hash stores the files, so the answer says no less than what the store enforces.
        var others = batch.Sha256Enforced ? batch.Files : batch.Files.Take(Few);
        var hashes = await PutAllAsync(others, (_, _) => Bytes(Size));
        Assert.That(hashes.Count(answer => answer.Accepted), Is.EqualTo(batch.Sha256Enforced ? 0 : Few));
        Assert.That(await Bucket.ListKeysAsync(folder), Has.Count.EqualTo(batch.Sha256Enforced ? 0 : Few), "files of another content");

        if (batch.Sha256Enforced)
        {
            await AssertHeadersAreSignedAsync(batch.Files.Values.First());
        }

        var rest = batch.Files.Skip(Few).Take(Few).ToList();
        var right = await PutAllAsync(rest, (path, _) => contents[path]);
        Assert.That(right.Where(answer => !answer.Accepted), Is.Empty, "The URLs themselves must work, else this proves nothing.");
        foreach (var (path, file) in rest)
        {
            Content.AssertSame(await Bucket.GetAsync(file.Key), contents[path]);
        }
    }

    [Test]
    public async Task Second_upload_with_the_same_url_is_refused_where_the_store_writes_once()
    {
        var miner = Deployment.NextMiner();
        var (first, second) = (Bytes(Size), Bytes(Size));
        var batch = await AskAsync(miner, [("once.bin", Size, null)]);
        var file = batch.Files["once.bin"];
        Assert.That(batch.WriteOnce, Is.EqualTo(Traits.WritesOnCondition));

        Assert.That((await file.PutAsync(first)).Accepted);
        var again = await file.PutAsync(second);
        Assert.That(again.Accepted, Is.EqualTo(!batch.WriteOnce), again.ToString());
        Content.AssertSame(await Bucket.GetAsync(file.Key), batch.WriteOnce ? first : second);
        if (batch.WriteOnce)
        {
            await AssertRefusedAsync(() => file.PutAsync(second, []), "without If-None-Match");
        }

        var existing = await AskAsync(miner, [("once.bin", Size, null), ("new.bin", Size, null)]);
        Assert.That((existing.Existing, existing.Files.Keys), Is.EqualTo((new[] { "once.bin" }, new[] { "new.bin" })));

        var overwrite = await AskAsync(miner, [("once.bin", Size, null)], overwrite: true);
        Assert.That((overwrite.WriteOnce, overwrite.Existing), Is.EqualTo((false, Array.Empty<string>())));
        Assert.That((await overwrite.Files["once.bin"].PutAsync(first)).Accepted);
        Assert.That((await overwrite.Files["once.bin"].PutAsync(second)).Accepted);
        Content.AssertSame(await Bucket.GetAsync(file.Key), second);
    }

    [Test]
    public async Task Thousand_files_cost_one_grant_and_a_thousand_files_also_if_they_exist()
    {
        var miner = Deployment.NextMiner();
        var files = Enumerable.Range(0, MaxFiles).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i:D4}.bin")).ToList();
        var existing = files.Where((_, i) => i % 50 == 0).ToList();
        await Bucket.PutAllAsync(existing.Select(file => Deployment.FolderOf(miner) + Deployment.PathOf(file)), Bytes(Size));

        var before = await Client.SendAsync(Call.MyFiles(miner));
        var answer = await Client.SendAsync(
            Call.FileUploads(miner, files.Select(file => (file, (long)Size, (string?)null)), Deployment.Job), ProofKind.Tao);
        var batch = ServiceClient.Read<BatchUpload>(answer);

        Assert.That(batch.Existing, Is.EquivalentTo(existing));
        Assert.That(batch.Files.Keys, Is.EquivalentTo(files.Except(existing, StringComparer.Ordinal)));
        Assert.That(
            (before.Left("miner") - answer.Left("miner"), before.Left("files") - answer.Left("files")), Is.EqualTo((1, MaxFiles)));
    }

    [Test]
    public async Task Path_that_leads_elsewhere_is_refused_and_the_others_are_granted()
    {
        var miner = Deployment.NextMiner();
        var rival = Deployment.FolderOf(Deployment.NextMiner());
        string[] wrong = ["../x.bin", "a/../../x.bin", "/x.bin", "a//x.bin", "a/", "./x.bin", "a\\x.bin", "a\u0001.bin", "${filename}", ""];

        string[] right = [rival + "x.bin", "right.bin"];

        var batch = await AskAsync(miner, wrong.Concat(right).Select(path => (path, (long)Size, (string?)null)));

        Assert.That(batch.Refused.Keys, Is.EquivalentTo(wrong));
        Assert.That(batch.Refused.Values.Select(file => file.Code), Has.All.EqualTo("invalid_request"));
        Assert.That(batch.Files.Values.Select(file => file.Key), Has.All.StartsWith(Deployment.FolderOf(miner)));
        Assert.That(batch.Files.Keys, Is.EquivalentTo(right));
    }

    // The hash and the condition are signed, so a client can neither change nor leave out their headers.
    private async Task AssertHeadersAreSignedAsync(BatchFile file)
    {
        var other = Bytes(Size);
        foreach (var name in file.Headers!.Keys)
        {
            var without = file.Headers.Where(header => header.Key != name).ToList();
            await AssertRefusedAsync(() => file.PutAsync(other, without), $"without {name}");
            var value = file.Headers[name].Length == 64 ? Sha256Of(other) : Convert.ToBase64String(SHA256.HashData(other));
            await AssertRefusedAsync(() => file.PutAsync(other, [.. without, KeyValuePair.Create(name, value)]), $"another {name}");
        }
    }

    private Task<BatchUpload> AskAsync(
        Miner miner, IEnumerable<(string Path, long Size, string? Sha256)> files, bool? overwrite = null) =>
        Client.AskAsync<BatchUpload>(Call.FileUploads(miner, files, overwrite: overwrite), ProofKind.Tao);

    private static async Task<StoreAnswer[]> PutAllAsync(
        IEnumerable<KeyValuePair<string, BatchFile>> files, Func<string, int, byte[]> contentOf)
    {
        var answers = new ConcurrentBag<StoreAnswer>();
        await Parallel.ForEachAsync(
            files.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (file, _) => answers.Add(await file.Item.Value.PutAsync(contentOf(file.Item.Key, file.Index))));
        return [.. answers];
    }

    // A proxy says 502 if the store refuses and does not wait for the body.
    private static bool IsNotRefused(StoreAnswer answer) => !answer.Refused && answer.Status != HttpStatusCode.BadGateway;

    private static string Sha256Of(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
