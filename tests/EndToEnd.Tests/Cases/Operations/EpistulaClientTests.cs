namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>An existing client with Epistula v2 works if only its addresses change.</summary>
internal sealed class EpistulaClientTests
{
    private const int MinBytes = 100 * 1024;

    [Test]
    public async Task Client_of_another_subnet_uploads_finds_and_downloads()
    {
        var python = await Python.NeedAsync();
        await NodeSigner.NeedAsync();
        await using var deployment = await ExampleDeployment.StartAsync("weights");
        using var folder = new ScratchFolder("epistula");
        var (miner, peer) = deployment.Miners;
        await S3AuthTool.WriteWalletAsync(Path.Combine(folder.Path, "miner"), miner);
        await S3AuthTool.WriteWalletAsync(Path.Combine(folder.Path, "peer"), peer);
        var content = DeploymentFixture.Bytes(MinBytes);

        var seen = await python.RunAsync("epistula.py", new
        {
            server = deployment.Client.Address.GetLeftPart(UriPartial.Authority),
            wallets = folder.Path,
            signed_for = deployment.Settings["AUDIENCES"],
            signer = NodeSigner.Program,
            content = Convert.ToBase64String(content),
        });

        var key = deployment.FolderOf(miner) + "model.safetensors";
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)seen["key"], Is.EqualTo(key));
            Assert.That(seen["miners"]!.AsArray().Select(one => (string?)one), Is.EqualTo([miner.Hotkey.Address]));
            Assert.That(seen["keys"]!.AsArray().Select(one => (string?)one), Is.EqualTo([key]));
            Assert.That(seen["for_another"]!.ToJsonString(), Is.EqualTo("""[401,"wrong_audience"]"""));
            Assert.That((int)seen["without_receiver"]!, Is.EqualTo(200));
        }

        Content.AssertSame(Convert.FromBase64String((string)seen["downloaded"]!), content);
        Content.AssertSame(await deployment.Bucket.GetAsync(key), content);
    }
}
