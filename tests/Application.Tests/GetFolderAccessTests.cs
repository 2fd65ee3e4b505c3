namespace S3Auth.Application.Tests;

public sealed class GetFolderAccessTests
{
    private static GetFolderAccessCommand AsBob => new()
    {
        Coldkey = Subnet.Dave,
        Hotkey = Subnet.Bob,
        Timestamp = Subnet.Now,
        Signature = Subnet.Good,
    };

    [Test]
    public async Task Grants_the_folder_of_every_source_and_the_first_at_the_top_level()
    {
        using var subnet = new Subnet();

        var access = await subnet.SendAsync(AsBob);

        Assert.Multiple(() =>
        {
            Assert.That(access.Folder, Is.EqualTo($"data/x/{Subnet.Dave}/"));
            Assert.That(access.Fields.ToDictionary()["key"], Is.EqualTo($"data/x/{Subnet.Dave}/${{filename}}"));
            Assert.That(access.ListUrl.ToString(), Is.EqualTo($"list data/x/{Subnet.Dave}/ by nothing until +86400"));
            Assert.That(access.Folders!.Keys, Is.EqualTo(new[] { "x", "reddit" }));
            Assert.That(access.Folders["reddit"].Folder, Is.EqualTo($"data/reddit/{Subnet.Dave}/"));
            Assert.That(access.Folders["reddit"].ListUrl.ToString(), Does.StartWith($"list data/reddit/{Subnet.Dave}/ by"));
            Assert.That(access.StructureInfo.FolderStructure, Is.EqualTo("data/{source}/{coldkey}/"));
        });
    }

    [Test]
    public async Task Grants_only_the_requested_source()
    {
        using var subnet = new Subnet();

        var access = await subnet.SendAsync(AsBob with { Source = Subnet.SourceOf("reddit") });

        Assert.Multiple(() =>
        {
            Assert.That(access.Folder, Is.EqualTo($"data/reddit/{Subnet.Dave}/"));
            Assert.That(access.Folders!.Keys, Is.EqualTo(new[] { "reddit" }));
        });
    }

    [Test]
    public async Task Grants_one_folder_in_the_hotkey_layout()
    {
        using var subnet = new Subnet { Layout = Layouts.ByHotkey };

        var access = await subnet.SendAsync(AsBob);

        Assert.Multiple(() =>
        {
            Assert.That(access.Folder, Is.EqualTo($"data/hotkey={Subnet.Bob}/"));
            Assert.That(access.Folders, Is.Null);
        });
    }

    [TestCase(null, 86_400)]
    [TestCase(Subnet.Now + 1, 1)]
    [TestCase(Subnet.Now + 315_360_000, 86_400)]
    public async Task Grant_ends_at_the_expiry_that_its_response_states(long? expiry, long seconds)
    {
        using var subnet = new Subnet();

        var access = await subnet.SendAsync(AsBob with { Expiry = expiry });

        Assert.Multiple(() =>
        {
            Assert.That(access.ExpirySeconds, Is.EqualTo(seconds));
            Assert.That(access.Expiry.ToUnixTimeSeconds(), Is.EqualTo(Subnet.Now + seconds));
            Assert.That(access.Fields.ToDictionary()["until"], Is.EqualTo($"+{seconds}"));
            Assert.That(access.ListUrl.ToString(), Does.EndWith($"until +{seconds}"));
        });
    }

    [Test]
    public async Task Grant_ends_with_the_credentials_that_sign_it()
    {
        using var subnet = new Subnet();
        subnet.Signer.CredentialsEnd = DateTimeOffset.FromUnixTimeSeconds(Subnet.Now + 900);

        var access = await subnet.SendAsync(AsBob);

        Assert.Multiple(() =>
        {
            Assert.That(access.ExpirySeconds, Is.EqualTo(900));
            Assert.That(access.ListUrl.ToString(), Does.EndWith("until +900"));
        });
    }

    [Test]
    public async Task Nothing_is_granted_without_credentials()
    {
        using var subnet = new Subnet();
        subnet.Signer.Unavailable = true;

        var refused = await subnet.RefuseAsync(AsBob);

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.StorageUnavailable));
    }

    [Test]
    public async Task Access_is_granted_without_calling_the_store()
    {
        using var subnet = new Subnet();

        await subnet.SendAsync(AsBob);

        subnet.Store.VerifyNoOtherCalls();
    }

    [Test]
    public async Task Store_without_forms_grants_no_folder_and_the_refusal_names_the_other_endpoint()
    {
        using var subnet = new Subnet();
        subnet.StoreState.SetupGet(port => port.Current).Returns(StoreFindings.None with { UploadMethod = UploadMethod.Put });

        var refused = await subnet.RefuseAsync(AsBob);

        Assert.That((refused.Code, subnet.Signer.Signed), Is.EqualTo((RefusalCode.FolderUploadUnsupported, 0)));
        Assert.That(refused.Message, Does.Contain("/get-file-upload-url"));
    }

    [Test]
    public async Task Grant_ends_with_the_renewed_credentials()
    {
        using var subnet = new Subnet();
        subnet.Signer.CredentialsEnd = DateTimeOffset.FromUnixTimeSeconds(Subnet.Now + 60);
        subnet.Signer.Renewed = DateTimeOffset.FromUnixTimeSeconds(Subnet.Now + 7200);

        var access = await subnet.SendAsync(AsBob);

        Assert.That(access.ExpirySeconds, Is.EqualTo(7200));
        Assert.That(access.ListUrl.ToString(), Does.EndWith("until +7200"));
    }

    [Test]
    public async Task Response_contains_the_upload_limits()
    {
        using var subnet = new Subnet();

        var access = await subnet.SendAsync(AsBob);

        Assert.Multiple(() =>
        {
            Assert.That(access.Method, Is.EqualTo("POST"));
            Assert.That(access.MinBytes, Is.EqualTo(1024));
            Assert.That(access.MaxBytes, Is.EqualTo(5_368_709_120));
        });
    }

    [Test]
    public async Task Configured_sizes_are_in_every_form_and_in_the_response()
    {
        using var subnet = new Subnet { FileSizes = new FileSizeLimits(100, 200) };

        var access = await subnet.SendAsync(AsBob);

        Assert.That((access.MinBytes, access.MaxBytes), Is.EqualTo((100, 200)));
        Assert.That(
            access.Folders!.Values.Select(folder => folder.Fields.ToDictionary()["size"]),
            Is.EqualTo(new[] { "100 to 200", "100 to 200" }));
    }
}
