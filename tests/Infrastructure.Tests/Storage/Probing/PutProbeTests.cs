namespace S3Auth.Infrastructure.Tests.Storage.Probing;

/// <summary>Stores with known behaviour for unsigned headers and false lengths.</summary>
public sealed class PutProbeTests
{
    internal static readonly FolderLayout Layout = Layouts.ByColdkey("x", "reddit");

    [Test]
    public async Task Store_that_refuses_unsigned_headers_is_safe()
    {
        await using var store = await new StubStore().StartAsync();

        var finding = await AskAsync(store);

        Assert.That(finding, Is.EqualTo(new PutFinding(PutUploads.Safe, BarredHeaders.None, EnforcesSizes: true)));
        Assert.That(store.Stored, Is.Empty, "The probe leaves nothing behind.");
    }

    [Test]
    public async Task Store_that_treats_underscores_as_hyphens_is_unsafe()
    {
        await using var store = await new StubStore { FoldsUnderscores = true }.StartAsync();

        var finding = await AskAsync(store);

        Assert.That(finding.Uploads, Is.EqualTo(PutUploads.Unsafe));
        Assert.That(finding.Problem, Does.Contain("x_amz_copy_source").And.Contain("drops header names with underscores"));
    }

    [TestCase("x_amz_copy_source")]
    [TestCase("x_amz-copy-source")]
    [TestCase("x-amz_copy-source")]
    [TestCase("x.amz.copy.source")]
    public async Task Store_that_accepts_another_name_of_the_copy_header_is_unsafe(string name)
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
            "x_amz-copy-source: /b/k", "x-amz_copy-source: /b/k", "x-amz-copy_source: /b/k", "x-amz-copy-source : /b/k",
            "x-amz-copy-source\t: /b/k",
        }));

    [TestCase(1, false)]
    [TestCase(2, true)]
    public async Task Closed_connection_counts_as_a_refusal_only_if_it_is_closed_twice(int times, bool enforcesSizes)
    {
        var closed = 0;
        await using var store = await new StubStore { BelievesStatedLength = true }.StartAsync();
        store.Instead = context =>
        {
            // Kestrel moves the Content-Length of a chunked request to this header.
            if (context.Request.Headers.ContainsKey("X-Content-Length") && closed++ < times)
            {
                context.Abort();
            }

            return null;
        };

        Assert.That(await AskAsync(store) is { Uploads: PutUploads.Safe, EnforcesSizes: { } enforced } && enforced == enforcesSizes);
    }

    [Test]
    public async Task Store_that_checks_only_lower_case_names_is_unsafe()
    {
        await using var store = await new StubStore { MindsCase = true }.StartAsync();

        var finding = await AskAsync(store);

        Assert.That((finding.Uploads, finding.Problem), Is.EqualTo((PutUploads.Unsafe, finding.Problem)));
        Assert.That(finding.Problem, Does.Contain("X-AMZ-COPY-SOURCE"));
    }

    [Test]
    public async Task Store_that_omits_missing_signed_headers_gets_a_list_of_forbidden_ones()
    {
        // Like the Ceph gateway 16.2, which also treats underscores as hyphens.
        await using var store = await new StubStore
        {
            HonoursUnsigned = true,
            FoldsUnderscores = true,
            MissingHeaders = StubStore.Missing.LeftOut,
        }.StartAsync();

        Assert.That(await AskAsync(store), Is.EqualTo(new PutFinding(PutUploads.Safe, BarredHeaders.LeftOut, EnforcesSizes: true)));
        Assert.That(store.Stored, Is.Empty);
    }

    [Test]
    public async Task Store_that_treats_missing_signed_headers_as_empty_gets_empty_ones()
    {
        await using var store = await new StubStore { HonoursUnsigned = true, MissingHeaders = StubStore.Missing.Empty }.StartAsync();

        Assert.That(await AskAsync(store), Is.EqualTo(new PutFinding(PutUploads.Safe, BarredHeaders.Empty, EnforcesSizes: true)));
    }

    [Test]
    public async Task Store_that_honours_headers_despite_the_list_is_unsafe()
    {
        await using var store = await new StubStore { HonoursUnsigned = true }.StartAsync();

        Assert.That((await AskAsync(store)).Uploads, Is.EqualTo(PutUploads.Unsafe));
    }

    [Test]
    public async Task Store_that_honours_only_an_acl_is_unsafe()
    {
        await using var store = await new StubStore { HonoursAcl = true }.StartAsync();

        var finding = await AskAsync(store);

        Assert.That(finding.Uploads, Is.EqualTo(PutUploads.Unsafe));
        Assert.That(finding.Problem, Does.Contain("x-amz-acl"));
    }

    [Test]
    public async Task Store_that_checks_values_before_signatures_is_safe()
    {
        await using var store = await new StubStore { ValidatesAclFirst = true }.StartAsync();

        Assert.That((await AskAsync(store)).Uploads, Is.EqualTo(PutUploads.Safe));
    }

    [Test]
    public async Task Store_that_copies_missing_objects_is_unsafe()
    {
        await using var store = await new StubStore { CopiesAnything = true }.StartAsync();

        Assert.That((await AskAsync(store)).Uploads, Is.EqualTo(PutUploads.Unsafe));
    }

    [Test]
    public async Task Store_without_copies_is_safe()
    {
        await using var store = await new StubStore { KnowsNoCopies = true }.StartAsync();

        Assert.That((await AskAsync(store)).Uploads, Is.EqualTo(PutUploads.Safe));
    }

    [Test]
    public async Task Size_is_not_enforced_if_the_store_trusts_Content_Length_of_a_chunked_body()
    {
        await using var store = await new StubStore { BelievesStatedLength = true }.StartAsync();

        var finding = await AskAsync(store);

        Assert.That((finding.Uploads, finding.EnforcesSizes), Is.EqualTo((PutUploads.Safe, false)));
        Assert.That(finding.Problem, Does.Contain("size").And.Contain("Transfer-Encoding"));
        Assert.That(store.Stored, Is.Empty);
    }

    [Test]
    public async Task Store_that_ignores_digests_keeps_at_most_two_bytes()
    {
        await using var store = await new StubStore { IgnoresDigest = true, BelievesStatedLength = true }.StartAsync();

        Assert.That((await AskAsync(store)).Uploads, Is.EqualTo(PutUploads.Safe));
        Assert.That(store.Stored.Keys, Is.SubsetOf(new[] { "data/x/.s3auth-put-probe/target", "data/reddit/.s3auth-put-probe/target" }));
        Assert.That(store.Stored.Values, Is.All.LessThanOrEqualTo(2));
    }

    [TestCase("data/x/", "data/x/")]
    [TestCase("data/reddit/", "data/reddit/")]
    public async Task Missing_write_permission_is_not_taken_for_safety(string forbidden, string named)
    {
        // The store refuses the copy before it looks for the source.
        await using var store = await new StubStore { HonoursUnsigned = true, ForbiddenPrefix = forbidden }.StartAsync();

        var finding = await AskAsync(store);

        Assert.That((finding.Uploads, finding.IsTransient), Is.EqualTo((PutUploads.Unknown, false)));
        Assert.That(finding.Problem, Does.Contain("s3:PutObject").And.Contain(named));
    }

    [Test]
    public async Task Missing_list_permission_is_not_taken_for_safety()
    {
        // Then a copy of a missing source is AccessDenied, like an unsigned header.
        await using var store = await new StubStore { HonoursUnsigned = true, MissingIsForbidden = true }.StartAsync();

        var finding = await AskAsync(store);

        Assert.That((finding.Uploads, finding.IsTransient), Is.EqualTo((PutUploads.Unknown, false)));
        Assert.That(finding.Problem, Does.Contain("s3:ListBucket").And.Contain("s3:GetObject"));
    }

    [TestCase(403)]
    [TestCase(400)]
    public async Task Refusal_without_an_s3_error_is_not_taken_for_safety(int status)
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
    public async Task Unrelated_error_leaves_the_result_unknown(int status, string code)
    {
        await using var store = await new StubStore { HonoursUnsigned = true }.StartAsync();
        store.Instead = context => IsUnsignedCopy(context) ? (status, StubStore.Error(code)) : null;

        Assert.That((await AskAsync(store)) is { Uploads: PutUploads.Unknown, IsTransient: true });
    }

    [Test]
    public async Task Permission_revoked_during_the_probe_is_not_taken_for_safety()
    {
        var asked = 0;
        await using var store = await new StubStore { HonoursUnsigned = true }.StartAsync();
        store.Instead = context =>
        {
            // Right after the controls: once for both prefixes, and again for the first one.
            store.ForbiddenPrefix = ++asked > 6 ? "data/" : null;
            return null;
        };

        Assert.That((await AskAsync(store)).Uploads, Is.EqualTo(PutUploads.Unknown));
    }

    [Test]
    public async Task Probe_uses_no_key_that_a_miner_could_have()
    {
        await using var store = await new StubStore().StartAsync();

        await AskAsync(store);

        Assert.That(store.Asked, Is.All.Match("^PUT /bucket-1/data/(x|reddit)/\\.s3auth-put-probe/target "));
        Assert.That(
            store.Asked.Where(request => request.Contains("copy", StringComparison.OrdinalIgnoreCase)),
            Is.All.Match("/bucket-1/data/(x|reddit)/\\.s3auth-put-probe/there-is-no-such-object|copy-source: ?(,|$)"));
        Assert.That(store.Asked, Has.Count.LessThanOrEqualTo(30), "Few enough to be asked every few minutes.");
    }

    [Test]
    public async Task Parts_are_safe_where_unsigned_headers_are_refused_and_the_upload_is_aborted()
    {
        await using var store = await new StubStore().StartAsync();

        var finding = await AskPartsAsync(store);

        Assert.That(finding, Is.EqualTo(new PutFinding(PutUploads.Safe, BarredHeaders.None)));
        Assert.That((store.Stored.Count, store.Uploads.Count), Is.EqualTo((0, 0)), "The probe leaves nothing behind.");
        Assert.That(store.Asked, Is.All.Match("^(POST|PUT|DELETE) /bucket-1/data/x/\\.s3auth-put-probe/part "));
        Assert.That(store.Asked, Has.Count.LessThanOrEqualTo(30), "Few enough to be asked every few minutes.");
    }

    [TestCase(StubStore.Missing.LeftOut, BarredHeaders.LeftOut)]
    [TestCase(StubStore.Missing.Empty, BarredHeaders.Empty)]
    public async Task Parts_need_a_list_of_forbidden_headers_where_objects_need_it(object missing, BarredHeaders barred)
    {
        await using var store = await new StubStore
        {
            HonoursUnsigned = true, FoldsUnderscores = true, MissingHeaders = (StubStore.Missing)missing,
        }.StartAsync();

        Assert.That(await AskPartsAsync(store), Is.EqualTo(new PutFinding(PutUploads.Safe, barred)));
    }

    [Test]
    public async Task Parts_are_unsafe_if_only_they_honour_a_copy_header()
    {
        await using var store = await new StubStore { HonoursUnsignedAtParts = true }.StartAsync();

        var (objects, parts) = (await AskAsync(store), await AskPartsAsync(store));

        Assert.That((objects.Uploads, parts.Uploads), Is.EqualTo((PutUploads.Safe, PutUploads.Unsafe)));
        Assert.That(parts.Problem, Does.Contain("x-amz-copy-source").And.Contain("grants no multipart uploads"));
        Assert.That(store.Uploads, Is.Empty);
    }

    [Test]
    public async Task Parts_are_unsafe_if_the_store_treats_underscores_as_hyphens()
    {
        await using var store = await new StubStore { FoldsUnderscores = true }.StartAsync();

        var finding = await AskPartsAsync(store);

        Assert.That(finding.Uploads, Is.EqualTo(PutUploads.Unsafe));
        Assert.That(finding.Problem, Does.Contain("x_amz_copy_source"));
    }

    [Test]
    public async Task Parts_have_no_finding_and_no_problem_at_a_store_without_multipart_uploads()
    {
        await using var store = await new StubStore { KnowsNoMultipart = true }.StartAsync();

        Assert.That(await AskPartsAsync(store), Is.EqualTo(new PutFinding(PutUploads.Unknown)));
    }

    [TestCase(403, "AccessDenied", false, "s3:PutObject")]
    [TestCase(503, "SlowDown", true, "503 SlowDown")]
    public async Task Parts_have_no_finding_if_the_upload_cannot_be_opened(int status, string code, bool isTransient, string problem)
    {
        await using var store = await new StubStore().StartAsync();
        store.Instead = context => context.Request.Method == "POST" ? (status, StubStore.Error(code)) : null;

        var finding = await AskPartsAsync(store);

        Assert.That((finding.Uploads, finding.IsTransient), Is.EqualTo((PutUploads.Unknown, isTransient)));
        Assert.That(finding.Problem, Does.Contain(problem));
    }

    [Test]
    public async Task Upload_that_cannot_be_aborted_is_used_again_until_it_ends()
    {
        await using var store = await new StubStore { ForbidsAborts = true }.StartAsync();
        var options = Options(store);
        var probe = new PutProbe(options, Layout, TimeProvider.System);

        for (var i = 0; i < 3; i++)
        {
            Assert.That((await AskPartsAsync(probe, options)).Uploads, Is.EqualTo(PutUploads.Safe));
        }

        Assert.That(store.Uploads, Has.Count.EqualTo(1), "No probe but the first opens an upload.");

        // Someone else, such as a lifecycle rule, aborts it.
        store.Uploads.Clear();
        store.ForbidsAborts = false;
        var lost = await AskPartsAsync(probe, options);
        Assert.That((lost.Uploads, lost.IsTransient), Is.EqualTo((PutUploads.Unknown, true)));
        Assert.That((await AskPartsAsync(probe, options)).Uploads, Is.EqualTo(PutUploads.Safe));
        Assert.That(store.Uploads, Is.Empty);
    }

    internal static StorageOptions Options(StubStore store, Uri? publicEndpoint = null, UploadMethod? method = UploadMethod.Put) => new()
    {
        Bucket = StubStore.Bucket,
        Region = StubStore.Region,
        Endpoint = store.Url,
        PublicEndpoint = publicEndpoint,
        Usage = new StoreUsage { UploadMethod = method, RequestTimeout = TimeSpan.FromSeconds(30) },
    };

    private static bool IsUnsignedCopy(Microsoft.AspNetCore.Http.HttpContext context) =>
        context.Request.Headers.ContainsKey("x-amz-copy-source")
            && !context.Request.Query["X-Amz-SignedHeaders"].ToString().Contains("copy", StringComparison.Ordinal);

    private static async Task<PutFinding> AskAsync(StubStore store)
    {
        var options = Options(store);
        using var http = new ProbeClient(TimeSpan.FromSeconds(30));
        return await new PutProbe(options, Layout, TimeProvider.System).AskAsync(
            http,
            new StoreEndpoints(options).Current.ClientSigner,
            StubStore.Keys,
            CancellationToken.None);
    }

    private static Task<PutFinding> AskPartsAsync(StubStore store)
    {
        var options = Options(store);
        return AskPartsAsync(new PutProbe(options, Layout, TimeProvider.System), options);
    }

    private static async Task<PutFinding> AskPartsAsync(PutProbe probe, StorageOptions options)
    {
        using var http = new ProbeClient(TimeSpan.FromSeconds(30));
        return await probe.AskPartsAsync(http, new StoreEndpoints(options).Current, StubStore.Keys, CancellationToken.None);
    }

    private static Source SourceOf(string name) =>
        Source.TryParse(name, out var source) ? source : throw new ArgumentException(name, nameof(name));
}
