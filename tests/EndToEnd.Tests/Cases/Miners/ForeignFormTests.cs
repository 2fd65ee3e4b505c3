namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>Programs that are not ours upload any number of files with the form of one folder.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.EachStoreWithForms))]
internal sealed class ForeignFormTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    internal override bool NeedsForms => true;

    [Test]
    public async Task Python_requests_uploads_with_a_plain_form()
    {
        var python = await Python.NeedAsync();
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        using var files = await UploadFiles.WriteAsync(Deployment.PathOf("one.bin"), Deployment.PathOf("two.bin"));

        var uploaded = await python.RunAsync("requests_upload.py", new { access.Url, access.Fields, access.Folder, files = files.Paths });

        Assert.That(uploaded["statuses"]!.AsArray().Select(status => (int)status!), Is.All.InRange(200, 299), uploaded.ToJsonString());
        await AssertArrivedAsync(access, files);
    }

    [Test]
    public async Task Python_urllib3_uploads_with_the_fields_as_boto3_hands_them_out()
    {
        var python = await Python.NeedAsync();
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        using var files = await UploadFiles.WriteAsync(Deployment.PathOf("one.bin"), Deployment.PathOf("two.bin"));

        var uploaded = await python.RunAsync("urllib3_upload.py", new { access.Url, access.Fields, access.Folder, files = files.Paths });

        Assert.That(uploaded["statuses"]!.AsArray().Select(status => (int)status!), Is.All.InRange(200, 299), uploaded.ToJsonString());
        await AssertArrivedAsync(access, files);
    }

    [Test]
    public async Task Curl_uploads_lists_and_downloads()
    {
        var curl = Tool.Need("curl", "curl");
        var access = await Client.GetFolderAccessAsync(Deployment.NextMiner());
        using var scratch = new ScratchFolder("curl");
        var file = Path.Combine(scratch.Path, "data.bin");
        var content = Bytes(70_000);
        await File.WriteAllBytesAsync(file, content);

        var arguments = new List<string> { "--silent", "--show-error", "--noproxy", "*", "--write-out", "%{http_code}", "--output", "-" };
        foreach (var (name, value) in FormUpload.Of(access.Grant, Deployment.PathOf("curl.bin"), content).Fields)
        {
            arguments.AddRange(["--form-string", $"{name}={value}"]);
        }

        var uploaded = await Tool.RunAsync(curl, [.. arguments, "--form", $"file=@{file}", access.Url]);
        var listed = await Tool.RunAsync(curl, ["--silent", "--show-error", "--fail", "--noproxy", "*", access.ListUrl]);

        Assert.That(int.Parse(uploaded.Expect()[^3..], CultureInfo.InvariantCulture), Is.InRange(200, 299), uploaded.Output);
        Assert.That(ListPage.Parse(listed.Expect()).Keys, Is.EqualTo([access.Folder + Deployment.PathOf("curl.bin")]));
        Content.AssertSame(await Bucket.GetAsync(access.Folder + Deployment.PathOf("curl.bin")), content);
    }

    private async Task AssertArrivedAsync(FolderAccess access, UploadFiles files)
    {
        Assert.That(await Bucket.ListKeysAsync(access.Folder), Is.EquivalentTo(files.Contents.Keys.Select(path => access.Folder + path)));
        foreach (var (path, content) in files.Contents)
        {
            Content.AssertSame(await Bucket.GetAsync(access.Folder + path), content, path);
        }
    }
}
