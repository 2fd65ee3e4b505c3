namespace S3Auth.Infrastructure.Tests.Storage;

public sealed class S3UrlSignerTests
{
    private const string Hex = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    private const string Base64 = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=";

    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly SigningCredentials Keys = new("AKIAEXAMPLE", "secret");

    [Test]
    public void S3UrlSigner_signs_for_the_public_endpoint_if_configured()
    {
        var url = Signer(Keys, publicEndpoint: "https://files.example.com").At(Noon).SignGet(Key("a/b c"), Noon.AddHours(1)).ToString();

        Assert.That(url, Does.StartWith("https://files.example.com/bucket-1/a/b%20c?"));
        Assert.That(SignedUrl.Parameters(url)["X-Amz-Expires"], Is.EqualTo("3600"));
    }

    [Test]
    public void S3UrlSigner_signs_for_the_endpoint_without_a_public_one() =>
        Assert.That(
            Signer(Keys).At(Noon).SignPost(new UploadPolicy(new Folder("data/x/5F/", null), FileSizeLimits.Default), Noon.AddHours(1)).Url,
            Is.EqualTo("http://store.internal:9000/bucket-1"));

    [Test]
    public void S3UrlSigner_signs_for_aws_without_an_endpoint()
    {
        var signer = new S3UrlSigner(
            new StoreEndpoints(new StorageOptions { Bucket = "bucket-1", Region = "us-east-2" }),
            new CredentialSource(Keys),
            new PutGuard(TimeProvider.System),
            new StoreState());

        var url = signer.At(Noon).SignList(new Listing("data/x/5F/", "/", "next+page"), Noon.AddHours(24)).ToString();

        Assert.That(url, Does.StartWith("https://bucket-1.s3.us-east-2.amazonaws.com/?"));
        var parameters = SignedUrl.Parameters(url);
        Assert.That(parameters["prefix"], Is.EqualTo("data/x/5F/"));
        Assert.That(parameters["delimiter"], Is.EqualTo("/"));
        Assert.That(parameters["continuation-token"], Is.EqualTo("next+page"));
        Assert.That(parameters["list-type"], Is.EqualTo("2"));
        Assert.That(parameters["encoding-type"], Is.EqualTo("url"));
    }

    [Test]
    public void S3UrlSigner_puts_the_whole_upload_policy_into_the_form()
    {
        var fields = Signer(Keys).At(Noon).SignPost(
            new UploadPolicy(new Folder("data/x/5F/", null), new FileSizeLimits(7, 1_000_000)), Noon.AddHours(1)).Fields.ToDictionary();
        var policy = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(fields["policy"]));

        Assert.That(policy, Does.Contain("""["starts-with","$key","data/x/5F/"]"""));
        Assert.That(policy, Does.Contain("""["content-length-range",7,1000000]"""));
        Assert.That(policy, Does.Contain("""{"acl":"private"}""").And.Contain("""{"x-amz-storage-class":"STANDARD"}"""));
        Assert.That(policy, Does.Contain("\"expiration\":\"2026-11-24T13:00:00Z\""));
        Assert.That(fields["key"], Is.EqualTo("data/x/5F/${filename}"));
    }

    [Test]
    public void S3UrlSigner_truncates_fractions_of_seconds()
    {
        var url = Signer(Keys).At(Noon.AddMilliseconds(999)).SignGet(Key("k"), Noon.AddSeconds(10).AddMilliseconds(1)).ToString();

        Assert.That(SignedUrl.Parameters(url)["X-Amz-Date"], Is.EqualTo("20261124T120000Z"));
        Assert.That(SignedUrl.Parameters(url)["X-Amz-Expires"], Is.EqualTo("10"));
    }

    [TestCase(0)]
    [TestCase(-3600)]
    [TestCase(604801)]
    public void S3UrlSigner_refuses_an_expiry_that_s3_does_not_accept(int seconds)
    {
        var signer = Signer(Keys).At(Noon);
        var expiry = Noon.AddSeconds(seconds);

        Assert.Throws<ArgumentOutOfRangeException>(() => signer.SignGet(Key("k"), expiry));
        Assert.Throws<ArgumentOutOfRangeException>(() => signer.SignList(new Listing("p"), expiry));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => signer.SignPost(new UploadPolicy(new Folder("f/", null), FileSizeLimits.Default), expiry));
    }

    [Test]
    public void S3UrlSigner_returns_the_end_of_the_credentials()
    {
        var ends = Noon.AddMinutes(30);

        Assert.That(Signer(new SigningCredentials("A", "s", "t", ends)).At(Noon).CredentialsEnd, Is.EqualTo(ends));
        Assert.That(Signer(Keys).At(Noon).CredentialsEnd, Is.Null);
    }

    [Test]
    public void S3UrlSigner_assumes_the_minimum_lifetime_for_a_token_with_an_unknown_end() =>
        Assert.That(Signer(new SigningCredentials("A", "s", "t")).At(Noon).CredentialsEnd, Is.EqualTo(Noon.AddMinutes(15)));

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(999)]
    public void S3UrlSigner_refuses_credentials_that_have_ended(int milliseconds)
    {
        var signer = Signer(new SigningCredentials("A", "s", "t", Noon.AddMilliseconds(milliseconds)));

        var refusal = Assert.Throws<RefusedException>(() => signer.At(Noon));

        Assert.That(refusal!.Code, Is.EqualTo(RefusalCode.StorageUnavailable));
        Assert.That(refusal.RetryAfter, Is.Not.Null);
    }

    [Test]
    public void S3UrlSigner_signs_to_the_last_second_of_the_credentials() =>
        Assert.DoesNotThrow(() =>
            Signer(new SigningCredentials("A", "s", "t", Noon.AddSeconds(1))).At(Noon).SignGet(Key("k"), Noon.AddSeconds(1)));

    [Test]
    public void S3UrlSigner_refuses_without_credentials() =>
        Assert.That(Assert.Throws<RefusedException>(() => Signer(null).At(Noon))!.Code, Is.EqualTo(RefusalCode.StorageUnavailable));

    [Test]
    public void S3UrlSigner_uses_replaced_credentials_for_the_next_grant()
    {
        var source = new CredentialSource(Keys);
        var signer = new S3UrlSigner(new StoreEndpoints(Options()), source, new PutGuard(TimeProvider.System), new StoreState());
        var before = signer.At(Noon);

        source.Replace(new SigningCredentials("ASIANEW", "new", "token"));

        Assert.That(before.SignGet(Key("k"), Noon.AddHours(1)).ToString(), Does.Contain("AKIAEXAMPLE").And.Not.Contain("Security-Token"));
        Assert.That(
            signer.At(Noon).SignGet(Key("k"), Noon.AddHours(1)).ToString(),
            Does.Contain("ASIANEW").And.Contain("X-Amz-Security-Token=token"));
    }

    [Test]
    public void S3UrlSigner_refuses_a_region_that_cannot_be_signed() =>
        Assert.Throws<ArgumentException>(() => _ = new S3UrlSigner(
            new StoreEndpoints(new StorageOptions { Bucket = "bucket-1", Region = "us/east", Endpoint = new Uri("http://store") }),
            new CredentialSource(Keys),
            new PutGuard(TimeProvider.System),
            new StoreState()));

    [Test]
    public void S3UrlSigner_signs_a_form_for_one_file_with_or_without_a_size()
    {
        var any = PolicyOf(new FileUpload(Key("data/x/5F/a b"), new FileSizeLimits(7, 1_000_000), Size: null));
        var own = PolicyOf(new FileUpload(Key("data/x/5F/a b"), FileSizeLimits.Default, Size: 4096));

        Assert.Multiple(() =>
        {
            Assert.That(
                any,
                Does.Contain("""["eq","$key","data/x/5F/a b"]""").And.Contain(
                    """["content-length-range",7,1000000]""").And.Not.Contain("\"starts-with\",\"$key\""));
            Assert.That(own, Does.Contain("""["content-length-range",4096,4096]"""));
        });

        static string PolicyOf(FileUpload file)
        {
            var fields = Signer(Keys).At(Noon).SignPost(file, Noon.AddHours(1)).Fields.ToDictionary();
            Assert.That(fields["key"], Is.EqualTo("data/x/5F/a b"));
            return System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(fields["policy"]));
        }
    }

    [TestCase(null, "host")]
    [TestCase(4096L, "content-length;host")]
    public void S3UrlSigner_signs_the_size_of_a_put(long? size, string headers)
    {
        var url = PutSigner(PutUploads.Safe).SignPut(Upload(size), Noon.AddHours(1)).Url.ToString();

        Assert.That(url, Does.StartWith("http://store.internal:9000/bucket-1/data/x/5F/a?"));
        Assert.That(SignedUrl.Parameters(url)["X-Amz-SignedHeaders"], Is.EqualTo(headers));
    }

    [Test]
    public void S3UrlSigner_names_forbidden_headers_if_the_store_needs_it()
    {
        var url = PutSigner(PutUploads.Safe, BarredHeaders.LeftOut).SignPut(Upload(4096), Noon.AddHours(1)).Url.ToString();

        Assert.That(SignedUrl.Parameters(url)["X-Amz-SignedHeaders"], Does.StartWith("content-length;host;x-amz-acl;x-amz-copy-source;"));
    }

    [TestCase(true, null, "x-amz-checksum-sha256", Base64)]
    [TestCase(true, true, "x-amz-checksum-sha256", Base64)]
    [TestCase(null, null, "x-amz-checksum-sha256", Base64)]
    [TestCase(false, true, "x-amz-content-sha256", Hex)]
    [TestCase(null, true, "x-amz-content-sha256", Hex)]
    [TestCase(false, false, null, null)]
    public void S3UrlSigner_signs_the_hash_of_a_put_as_the_store_verifies_it(
        bool? checksums, bool? payloadHashes, string? header, string? value)
    {
        var put = PutSigner(new StoreCapabilities { Checksums = checksums, PayloadHashes = payloadHashes })
            .SignPut(Upload(4096) with { Sha256 = Sha256Digest.TryParse(Hex, out var digest) ? digest : null }, Noon.AddHours(1));

        Assert.That(
            SignedUrl.Parameters(put.Url.ToString())["X-Amz-SignedHeaders"],
            Is.EqualTo(header is null ? "content-length;host" : $"content-length;host;{header}"));
        Assert.That(
            put.Headers.Select(one => (one.Key, one.Value)),
            Is.EqualTo(header is null ? Array.Empty<(string, string?)>() : [(header, value)]));
    }

    [TestCase(ConditionalWrites.Enforced, true, true)]
    [TestCase(ConditionalWrites.Accepted, true, true)]
    [TestCase(ConditionalWrites.Ignored, true, false)]
    [TestCase(ConditionalWrites.Refused, true, false)]
    [TestCase(ConditionalWrites.Unknown, true, false)]
    [TestCase(ConditionalWrites.Enforced, false, false)]
    public void S3UrlSigner_signs_write_once_where_the_store_accepts_it(ConditionalWrites support, bool isWriteOnce, bool isSigned)
    {
        var put = PutSigner(new StoreCapabilities { ConditionalWrites = support })
            .SignPut(Upload(4096) with { IsWriteOnce = isWriteOnce }, Noon.AddHours(1));

        Assert.That(
            SignedUrl.Parameters(put.Url.ToString())["X-Amz-SignedHeaders"],
            Is.EqualTo(isSigned ? "content-length;host;if-none-match" : "content-length;host"));
        Assert.That(put.Headers.GetValueOrDefault("If-None-Match"), Is.EqualTo(isSigned ? "*" : null));
    }

    [TestCase(PutUploads.Unknown, true, "try again in a few seconds")]
    [TestCase(PutUploads.Unknown, false, "/healthcheck")]
    [TestCase(PutUploads.Unsafe, false, "/healthcheck")]
    public void S3UrlSigner_refuses_a_put_that_is_unsafe_or_unknown(PutUploads uploads, bool isTransient, string advice)
    {
        var signer = PutSigner(uploads, isTransient: isTransient);

        var refused = Assert.Throws<RefusedException>(() => signer.SignPut(Upload(4096), Noon.AddHours(1)))!;

        Assert.That((refused.Code, refused.RetryAfter is not null), Is.EqualTo((RefusalCode.StorageUnavailable, isTransient)));
        Assert.That(refused.Message, Does.Contain(advice));
    }

    [Test]
    public void S3UrlSigner_refuses_a_put_if_the_finding_is_too_old()
    {
        var time = new TestTime();
        var guard = new PutGuard(time) { Finding = new PutFinding(PutUploads.Safe) };

        time.Advance(PutGuard.MaxFindingAge);
        Assert.That(() => guard.BarredHeaders(), Throws.Nothing);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(() => guard.BarredHeaders(), Throws.TypeOf<RefusedException>().With.Property("RetryAfter").Not.Null);
        Assert.That(guard.Finding.Uploads, Is.EqualTo(PutUploads.Unknown));

        guard.Finding = new PutFinding(PutUploads.Safe);
        Assert.That(() => guard.BarredHeaders(), Throws.Nothing);
    }

    [Test]
    public void Part_is_signed_with_its_size_and_the_headers_that_parts_forbid()
    {
        var guard = new PutGuard(TimeProvider.System)
        {
            Finding = new PutFinding(PutUploads.Safe), PartFinding = new PutFinding(PutUploads.Safe, BarredHeaders.LeftOut),
        };
        var signer = new S3UrlSigner(new StoreEndpoints(Options()), new CredentialSource(Keys), guard, new StoreState()).At(Noon);

        var url = signer.SignPart(Key("data/x/5F/a"), "id", 7, 4096, Noon.AddHours(1)).ToString();

        Assert.That(url, Does.Contain("SignedHeaders=content-length%3Bhost%3Bx-amz-acl%3Bx-amz-copy-source%3B"));
        Assert.That(url, Does.Contain("&partNumber=7&uploadId=id&"));
    }

    [TestCase(PutUploads.Unsafe)]
    [TestCase(PutUploads.Unknown)]
    public void Part_is_not_signed_where_only_puts_of_objects_are_safe(PutUploads parts)
    {
        var guard = new PutGuard(TimeProvider.System)
        {
            Finding = new PutFinding(PutUploads.Safe), PartFinding = new PutFinding(parts),
        };
        var signer = new S3UrlSigner(new StoreEndpoints(Options()), new CredentialSource(Keys), guard, new StoreState()).At(Noon);

        Assert.Throws<RefusedException>(() => signer.SignPart(Key("data/x/5F/a"), "id", 7, 4096, Noon.AddHours(1)));
    }

    [Test]
    public void S3UrlSigner_signs_nothing_while_the_store_refuses_this_server()
    {
        var state = new StoreState();
        state.Update(findings => findings with { Refusal = "The region is wrong.", RefusesSignatures = true });
        var signer = new S3UrlSigner(new StoreEndpoints(Options()), new CredentialSource(Keys), new PutGuard(TimeProvider.System), state);

        var refused = Assert.Throws<RefusedException>(() => signer.At(Noon))!;

        Assert.That((refused.Code, refused.RetryAfter), Is.EqualTo((RefusalCode.StorageUnavailable, (TimeSpan?)null)));
        Assert.That(refused.Message, Does.Contain("operator").And.Not.Contain("try again"));
    }

    private static IGrantSigner PutSigner(
        PutUploads uploads,
        BarredHeaders barred = BarredHeaders.None,
        bool isTransient = false) => new S3UrlSigner(
        new StoreEndpoints(Options()),
        new CredentialSource(Keys),
        new PutGuard(TimeProvider.System) { Finding = new PutFinding(uploads, barred, IsTransient: isTransient) },
        new StoreState()).At(Noon);

    private static IGrantSigner PutSigner(StoreCapabilities capabilities) => new S3UrlSigner(
        new StoreEndpoints(Options()),
        new CredentialSource(Keys),
        new PutGuard(TimeProvider.System) { Finding = new PutFinding(PutUploads.Safe) },
        new FixedState(StoreFindings.None with { Capabilities = capabilities })).At(Noon);

    private static FileUpload Upload(long? size) => new(Key("data/x/5F/a"), FileSizeLimits.Default, size);

    private static ObjectName Key(string text) =>
        ObjectName.TryParse(text, out var name) ? name : throw new ArgumentException(text, nameof(text));

    private static S3UrlSigner Signer(SigningCredentials? keys, string? publicEndpoint = null) =>
        new(new StoreEndpoints(Options(publicEndpoint)), new CredentialSource(keys), new PutGuard(TimeProvider.System), new StoreState());

    private static StorageOptions Options(string? publicEndpoint = null) => new()
    {
        Bucket = "bucket-1",
        Region = "eu-central-1",
        Endpoint = new Uri("http://store.internal:9000"),
        PublicEndpoint = publicEndpoint is null ? null : new Uri(publicEndpoint),
    };

    private sealed record FixedState(StoreFindings Current) : IStoreState;
}
