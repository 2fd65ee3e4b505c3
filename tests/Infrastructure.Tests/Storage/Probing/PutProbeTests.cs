namespace S3Auth.Infrastructure.Tests.Storage.Probing;

/// <summary>Stores that behave as known ones do towards headers that were not signed and lengths that are false.</summary>
public sealed class PutProbeTests
{
    internal static readonly ColdkeyLayout Layout = new([SourceOf("x"), SourceOf("reddit")]);

    [Test]
    public async Task Store_that_refuses_what_was_not_signed_is_safe()
    {
        await using var store = await new StubStore().StartAsync();

        var finding = await AskAsync(store);

        Assert.That(finding, Is.EqualTo(new PutFinding(PutUploads.Safe, BarredHeaders.None, EnforcesSizes: true)));
        Assert.That(store.Stored, Is.Empty, "The probe leaves nothing behind.");
    }

    [Test]
    public async Task Store_that_takes_underscores_for_hyphens_is_unsafe()
    {
        await using var store = await new StubStore { FoldsUnderscores = true }.StartAsync();

        var finding = await AskAsync(store);

        Assert.That(finding.Uploads, Is.EqualTo(PutUploads.Unsafe));
        Assert.That(finding.Problem, Does.Contain("x_amz_copy_source").And.Contain("UPLOAD_METHOD=POST"));
    }

    [TestCase("x_amz_copy_source")]
    [TestCase("x_amz-copy-source")]
    [TestCase("x-amz_copy-source")]
    [TestCase("x.amz.copy.source")]
    public async Task Store_that_takes_another_name_for_the_copy_header_is_unsafe(string name)
    {
        await using var store = await new StubStore { CopySourceAlias = name }.StartAsync();

        var finding = await AskAsync(store);

        Assert.That(finding.Uploads, Is.EqualTo(PutUploads.Unsafe));
        Assert.That(finding.Problem, Does.Contain(name));
    }

    [Test]
    public void Copy_header_is_also_sent_with_each_hyphen_replaced_and_with_space_before_the_colon() => Assert.That(
        PutProbe.Spellings("x-amz-copy-source", "/b/k").Select(lines => lines[0]),
        Is.SupersetOf(new[]
        {
            "x_amz-copy-source: /b/k", "x-amz_copy-source: /b/k", "x-amz-copy_source: /b/k", "x-amz-copy-source : /b/k", "x-amz-copy-source\t: /b/k",
        }));

    [TestCase(1, false)]
    [TestCase(2, true)]
    public async Task Closed_connection_counts_as_a_refusal_only_if_it_is_closed_twice(int times, bool enforcesSizes)
    {
        var closed = 0;
        await using var store = await new StubStore { BelievesStatedLength = true }.StartAsync();
        store.Instead = context =>
        {
            // Kestrel sets a length that is stated beside chunks aside under this name.
            if (context.Request.Headers.ContainsKey("X-Content-Length") && closed++ < times)
            {
                context.Abort();
            }

            return null;
        };

        Assert.That(await AskAsync(store) is { Uploads: PutUploads.Safe, EnforcesSizes: { } enforced } && enforced == enforcesSizes);
    }

    [Test]
    public async Task Store_that_minds_the_case_of_names_is_unsafe()
    {
        await using var store = await new StubStore { MindsCase = true }.StartAsync();

        var finding = await AskAsync(store);

        Assert.That((finding.Uploads, finding.Problem), Is.EqualTo((PutUploads.Unsafe, finding.Problem)));
        Assert.That(finding.Problem, Does.Contain("X-AMZ-COPY-SOURCE"));
    }

    [Test]
    public async Task Store_that_leaves_out_signed_headers_that_are_not_sent_is_told_which_to_refuse()
    {
        // As Ceph's gateway 16.2, which folds underscores in both places.
        await using var store = await new StubStore { HonoursUnsigned = true, FoldsUnderscores = true, MissingHeaders = StubStore.Missing.LeftOut }.StartAsync();

        Assert.That(await AskAsync(store), Is.EqualTo(new PutFinding(PutUploads.Safe, BarredHeaders.LeftOut, EnforcesSizes: true)));
        Assert.That(store.Stored, Is.Empty);
    }

    [Test]
    public async Task Store_that_reads_signed_headers_that_are_not_sent_as_empty_is_told_so()
    {
        await using var store = await new StubStore { HonoursUnsigned = true, MissingHeaders = StubStore.Missing.Empty }.StartAsync();

        Assert.That(await AskAsync(store), Is.EqualTo(new PutFinding(PutUploads.Safe, BarredHeaders.Empty, EnforcesSizes: true)));
    }

    [Test]
    public async Task Store_that_honours_headers_and_cannot_be_told_is_unsafe()
    {
        await using var store = await new StubStore { HonoursUnsigned = true }.StartAsync();

        Assert.That((await AskAsync(store)).Uploads, Is.EqualTo(PutUploads.Unsafe));
    }

    [Test]
    public async Task Store_that_honours_an_acl_alone_is_unsafe()
    {
        await using var store = await new StubStore { HonoursAcl = true }.StartAsync();

        var finding = await AskAsync(store);

        Assert.That(finding.Uploads, Is.EqualTo(PutUploads.Unsafe));
        Assert.That(finding.Problem, Does.Contain("x-amz-acl"));
    }

    [Test]
    public async Task Store_that_looks_at_values_before_signatures_is_safe_all_the_same()
    {
        await using var store = await new StubStore { ValidatesAclFirst = true }.StartAsync();

        Assert.That((await AskAsync(store)).Uploads, Is.EqualTo(PutUploads.Safe));
    }

    [Test]
    public async Task Store_that_copies_what_does_not_exist_is_unsafe()
    {
        await using var store = await new StubStore { CopiesAnything = true }.StartAsync();

        Assert.That((await AskAsync(store)).Uploads, Is.EqualTo(PutUploads.Unsafe));
    }

    [Test]
    public async Task Store_that_knows_no_copies_is_safe()
    {
        await using var store = await new StubStore { KnowsNoCopies = true }.StartAsync();

        Assert.That((await AskAsync(store)).Uploads, Is.EqualTo(PutUploads.Safe));
    }

    [Test]
    public async Task Size_is_not_enforced_where_a_stated_length_is_believed_beside_chunks()
    {
        await using var store = await new StubStore { BelievesStatedLength = true }.StartAsync();

        var finding = await AskAsync(store);

        Assert.That((finding.Uploads, finding.EnforcesSizes), Is.EqualTo((PutUploads.Safe, false)));
        Assert.That(finding.Problem, Does.Contain("size").And.Contain("Transfer-Encoding"));
        Assert.That(store.Stored, Is.Empty);
    }

    [Test]
    public async Task Store_that_ignores_digests_keeps_two_bytes_below_the_probes_folder_at_most()
    {
        await using var store = await new StubStore { IgnoresDigest = true, BelievesStatedLength = true }.StartAsync();

        Assert.That((await AskAsync(store)).Uploads, Is.EqualTo(PutUploads.Safe));
        Assert.That(store.Stored.Keys, Is.SubsetOf(new[] { "data/x/.s3auth-put-probe/target", "data/reddit/.s3auth-put-probe/target" }));
        Assert.That(store.Stored.Values, Is.All.LessThanOrEqualTo(2));
    }

    [TestCase("data/x/", "data/x/")]
    [TestCase("data/reddit/", "data/reddit/")]
    public async Task Role_that_may_not_write_in_a_source_makes_no_store_look_safe(string forbidden, string named)
    {
        // It refuses the copy for that reason, before it looks at the source.
        await using var store = await new StubStore { HonoursUnsigned = true, ForbiddenPrefix = forbidden }.StartAsync();

        var finding = await AskAsync(store);

        Assert.That((finding.Uploads, finding.MayPass), Is.EqualTo((PutUploads.Unknown, false)));
        Assert.That(finding.Problem, Does.Contain("s3:PutObject").And.Contain(named));
    }

    [Test]
    public async Task Role_that_may_not_list_makes_no_store_look_safe()
    {
        // A copy whose source is missing is forbidden then, as an unsigned header would be.
        await using var store = await new StubStore { HonoursUnsigned = true, MissingIsForbidden = true }.StartAsync();

        var finding = await AskAsync(store);

        Assert.That((finding.Uploads, finding.MayPass), Is.EqualTo((PutUploads.Unknown, false)));
        Assert.That(finding.Problem, Does.Contain("s3:ListBucket").And.Contain("s3:GetObject"));
    }

    [TestCase(403)]
    [TestCase(400)]
    public async Task Refusal_of_the_header_in_other_words_than_s3s_is_no_proof(int status)
    {
        await using var store = await new StubStore { HonoursUnsigned = true }.StartAsync();
        store.Instead = context => IsUnsignedCopy(context) ? (status, "<html>no</html>") : null;

        Assert.That((await AskAsync(store)).Uploads, Is.EqualTo(PutUploads.Unknown));
    }

    [TestCase(500, "InternalError")]
    [TestCase(503, "SlowDown")]
    [TestCase(429, "TooManyRequests")]
    [TestCase(403, "ExpiredToken")]
    [TestCase(403, "InvalidAccessKeyId")]
    [TestCase(404, "NoSuchBucket")]
    public async Task Answer_of_another_cause_tells_nothing(int status, string code)
    {
        await using var store = await new StubStore { HonoursUnsigned = true }.StartAsync();
        store.Instead = context => IsUnsignedCopy(context) ? (status, StubStore.Error(code)) : null;

        Assert.That((await AskAsync(store)) is { Uploads: PutUploads.Unknown, MayPass: true });
    }

    [Test]
    public async Task Right_that_is_taken_away_meanwhile_makes_no_store_look_safe()
    {
        var asked = 0;
        await using var store = await new StubStore { HonoursUnsigned = true }.StartAsync();
        store.Instead = context =>
        {
            // Right after the controls of both sources, asked once and for the first one twice.
            store.ForbiddenPrefix = ++asked > 6 ? "data/" : null;
            return null;
        };

        Assert.That((await AskAsync(store)).Uploads, Is.EqualTo(PutUploads.Unknown));
    }

    [Test]
    public async Task No_object_is_named_that_a_miner_could_have()
    {
        await using var store = await new StubStore().StartAsync();

        await AskAsync(store);

        Assert.That(store.Asked, Is.All.Match("^PUT /bucket-1/data/(x|reddit)/\\.s3auth-put-probe/target "));
        Assert.That(
            store.Asked.Where(request => request.Contains("copy", StringComparison.OrdinalIgnoreCase)),
            Is.All.Match("/bucket-1/data/(x|reddit)/\\.s3auth-put-probe/there-is-no-such-object|copy-source: ?(,|$)"));
        Assert.That(store.Asked, Has.Count.LessThanOrEqualTo(30), "Few enough to be asked every few minutes.");
    }

    internal static StorageOptions Options(StubStore store, Uri? publicEndpoint = null, UploadMethod method = UploadMethod.Put) => new()
    {
        Bucket = StubStore.Bucket,
        Region = StubStore.Region,
        Endpoint = store.Url,
        PublicEndpoint = publicEndpoint,
        Usage = new StoreUsage { UploadMethod = method },
    };

    private static bool IsUnsignedCopy(Microsoft.AspNetCore.Http.HttpContext context) =>
        context.Request.Headers.ContainsKey("x-amz-copy-source") && !context.Request.Query["X-Amz-SignedHeaders"].ToString().Contains("copy", StringComparison.Ordinal);

    private static async Task<PutFinding> AskAsync(StubStore store)
    {
        var options = Options(store);
        using var http = new ProbeClient(TimeSpan.FromSeconds(30));
        return await new PutProbe(options, Layout, TimeProvider.System).AskAsync(http, options.ForClients(), StubStore.Keys, CancellationToken.None);
    }

    private static Source SourceOf(string name) => Source.TryParse(name, out var source) ? source : throw new ArgumentException(name, nameof(name));
}
