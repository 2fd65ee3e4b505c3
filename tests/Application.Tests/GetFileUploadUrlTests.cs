namespace S3Auth.Application.Tests;

public sealed class GetFileUploadUrlTests
{
    private static readonly string Key = $"data/x/{Subnet.Dave}/a b.parquet";

    private static GetFileUploadUrlCommand AsBob => new()
    {
        Coldkey = Subnet.Dave,
        Hotkey = Subnet.Bob,
        Timestamp = Subnet.Now,
        Signature = Subnet.Good,
        Filename = Subnet.FileNameOf("a b.parquet"),
    };

    [Test]
    public async Task Grants_a_form_for_exactly_one_key()
    {
        using var subnet = new Subnet();

        var upload = await subnet.SendAsync(AsBob with { Size = 4096 });

        Assert.Multiple(() =>
        {
            Assert.That(
                (upload.S3Key, upload.Method, upload.Url.ToString(), upload.ExpiresInSeconds), Is.EqualTo((Key, "POST", "post", 86400)));
            Assert.That(upload.Fields.ToDictionary(), Is.EqualTo(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["key"] = Key, ["size"] = "4096", ["until"] = "+86400",
            }));
        });
    }

    [Test]
    public async Task Grants_a_put_if_the_store_supports_no_forms()
    {
        using var subnet = new Subnet();
        subnet.StoreState.SetupGet(port => port.Current).Returns(StoreFindings.None with { UploadMethod = UploadMethod.Put });

        var upload = await subnet.SendAsync(AsBob);

        Assert.Multiple(() =>
        {
            Assert.That(
                (upload.S3Key, upload.Method, upload.Url.ToString()), Is.EqualTo((Key, "PUT", $"put {Key} of any size until +86400")));
            Assert.That(upload.Fields.ToDictionary(), Is.Empty);
        });
    }

    [TestCase("x", null, "data/x/{0}/a b.parquet")]
    [TestCase("reddit", null, "data/reddit/{0}/a b.parquet")]
    [TestCase("reddit", "job-1", "data/reddit/{0}/job_id=job-1/a b.parquet")]
    public async Task Source_and_job_select_the_folder(string source, string? job, string key)
    {
        using var subnet = new Subnet();

        var upload = await subnet.SendAsync(
            AsBob with { Source = Subnet.SourceOf(source), JobId = JobId.TryParse(job, out var id) ? id : null });

        Assert.That(upload.S3Key, Is.EqualTo(string.Format(System.Globalization.CultureInfo.InvariantCulture, key, Subnet.Dave)));
    }

    [Test]
    public async Task Hotkey_layout_has_one_folder_and_no_sources()
    {
        using var subnet = new Subnet { Layout = Layouts.ByHotkey };

        var refused = await subnet.RefuseAsync(AsBob with { Source = Subnet.SourceOf("x") });

        Assert.That(refused.Errors.Keys, Is.EqualTo(new[] { "source" }));
        Assert.That((await subnet.SendAsync(AsBob)).S3Key, Is.EqualTo($"data/hotkey={Subnet.Bob}/a b.parquet"));
    }

    [Test]
    public async Task Existing_file_is_not_granted()
    {
        using var subnet = new Subnet();
        subnet.Store.Setup(port => port.ExistsAsync(It.Is<ObjectName>(name => name.Key == Key), It.IsAny<CancellationToken>()))
            .ReturnsAsync(true);

        var refused = await subnet.RefuseAsync(AsBob);

        Assert.Multiple(() =>
        {
            Assert.That((refused.Code, subnet.Signer.Signed), Is.EqualTo((RefusalCode.FileExists, 0)));
            Assert.That(refused.Message, Does.Contain(Key));
        });
        Assert.That((await subnet.SendAsync(AsBob with { Filename = Subnet.FileNameOf("b") })).S3Key, Does.EndWith("/b"));
    }

    [TestCase(1023L)]
    [TestCase(5368709121L)]
    [TestCase(0L)]
    [TestCase(-1L)]
    [TestCase(long.MaxValue)]
    public async Task Size_outside_of_the_upload_policy_is_refused(long size)
    {
        using var subnet = new Subnet();

        var refused = await subnet.RefuseAsync(AsBob with { Size = size });

        Assert.That(refused.Errors.Keys, Is.EqualTo(new[] { "size" }));
    }

    [TestCase(1024L)]
    [TestCase(5368709120L)]
    public async Task Size_at_the_bounds_of_the_upload_policy_is_granted(long size)
    {
        using var subnet = new Subnet();

        Assert.That((await subnet.SendAsync(AsBob with { Size = size })).Fields.ToDictionary()["size"], Is.EqualTo($"{size}"));
    }

    [TestCase(99L, false)]
    [TestCase(100L, true)]
    [TestCase(200L, true)]
    [TestCase(201L, false)]
    [TestCase(1024L, false)]
    public async Task Configured_sizes_take_the_place_of_the_default_ones(long size, bool isGranted)
    {
        using var subnet = new Subnet { FileSizes = new FileSizeLimits(100, 200) };

        if (isGranted)
        {
            Assert.That((await subnet.SendAsync(AsBob with { Size = size })).Fields.ToDictionary()["size"], Is.EqualTo($"{size}"));
            return;
        }

        var refused = await subnet.RefuseAsync(AsBob with { Size = size });
        Assert.That(refused.Errors["size"], Has.One.Contains("100 to 200, or leave it out"));
    }

    [Test]
    public async Task Configured_sizes_are_the_range_of_a_form_without_a_size()
    {
        using var subnet = new Subnet { FileSizes = new FileSizeLimits(100, 200) };

        Assert.That((await subnet.SendAsync(AsBob)).Fields.ToDictionary()["size"], Is.EqualTo("100 to 200"));
    }

    [TestCase(UploadMethod.Post, 100, 200, true)]
    [TestCase(UploadMethod.Put, 1024, FileSizeLimits.MaxSingleUploadBytes, true)]
    [TestCase(UploadMethod.Put, 1024, FileSizeLimits.MaxSingleUploadBytes - 1, false)]
    [TestCase(UploadMethod.Put, 1023, FileSizeLimits.MaxSingleUploadBytes, false)]
    public async Task Size_may_be_left_out_unless_a_put_must_keep_to_configured_sizes(
        UploadMethod method, long min, long max, bool isGranted)
    {
        using var subnet = new Subnet { FileSizes = new FileSizeLimits(min, max) };
        subnet.StoreState.SetupGet(port => port.Current).Returns(StoreFindings.None with { UploadMethod = method });

        if (isGranted)
        {
            Assert.That(await subnet.SendAsync(AsBob), Is.Not.Null);
            return;
        }

        var refused = await subnet.RefuseAsync(AsBob);
        Assert.That(refused.Errors["size"], Has.One.StartsWith("Send 'size'"));
        Assert.That(subnet.Signer.Signed, Is.Zero);
        Assert.That((await subnet.SendAsync(AsBob with { Size = 1500 <= max ? 1500 : max })).Method, Is.EqualTo("PUT"));
    }

    [Test]
    public async Task Put_without_a_size_is_not_granted_if_the_method_changes_during_the_request()
    {
        using var subnet = new Subnet { FileSizes = new FileSizeLimits(100, 200) };
        subnet.Store.Setup(port => port.ExistsAsync(It.IsAny<ObjectName>(), It.IsAny<CancellationToken>()))
            .Callback(() => subnet.StoreState.SetupGet(port => port.Current)
                .Returns(StoreFindings.None with { UploadMethod = UploadMethod.Put }))
            .ReturnsAsync(false);

        var refused = await subnet.RefuseAsync(AsBob);

        Assert.That((refused.Code, subnet.Signer.Signed), Is.EqualTo((RefusalCode.InvalidRequest, 0)));
        Assert.That(refused.Message, Does.StartWith("Send 'size'"));
    }

    [TestCase(UploadMethod.Post, null, 4096L, true)]
    [TestCase(UploadMethod.Put, true, 4096L, true)]
    [TestCase(UploadMethod.Put, false, 4096L, false)]
    [TestCase(UploadMethod.Put, null, 4096L, false)]
    [TestCase(UploadMethod.Put, true, null, null)]
    [TestCase(UploadMethod.Post, null, null, null)]
    public async Task Answer_says_whether_the_store_enforces_the_stated_size(
        UploadMethod method, bool? enforced, long? size, bool? expected)
    {
        using var subnet = new Subnet();
        subnet.StoreState.SetupGet(port => port.Current).Returns(StoreFindings.None with
        {
            UploadMethod = method,
            Capabilities = new StoreCapabilities { PutSizesEnforced = enforced },
        });

        Assert.That((await subnet.SendAsync(AsBob with { Size = size })).SizeEnforced, Is.EqualTo(expected));
    }

    [Test]
    public async Task Missing_name_is_refused()
    {
        using var subnet = new Subnet();

        Assert.That((await subnet.RefuseAsync(AsBob with { Filename = null })).Errors.Keys, Is.EqualTo(new[] { "filename" }));
    }

    [Test]
    public async Task Commitment_without_a_coldkey_is_refused()
    {
        using var subnet = new Subnet();

        Assert.That((await subnet.RefuseAsync(AsBob with { Coldkey = null })).Errors.Keys, Is.EqualTo(new[] { "coldkey" }));
    }

    [Test]
    public async Task Grant_starts_after_the_stores_answer()
    {
        using var subnet = new Subnet();
        subnet.Signer.CredentialsEnd = DateTimeOffset.FromUnixTimeSeconds(Subnet.Now + 100);
        subnet.Store.Setup(port => port.ExistsAsync(It.IsAny<ObjectName>(), It.IsAny<CancellationToken>()))
            .Callback(() => subnet.Time.Advance(TimeSpan.FromSeconds(10)))
            .ReturnsAsync(false);

        Assert.That((await subnet.SendAsync(AsBob)).ExpiresInSeconds, Is.EqualTo(90));
    }
}
