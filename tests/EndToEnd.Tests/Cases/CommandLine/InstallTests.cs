using System.Runtime.InteropServices;

namespace S3Auth.EndToEnd.Tests.Cases.CommandLine;

/// <summary>
/// The files of <c>./build.sh --target=Tool</c>, installed in an empty Debian without .NET. The tool uploads and downloads there.
/// </summary>
[Category("Tool")]
[NonParallelizable]
internal sealed class InstallTests
{
    private const string Missing = "OpenSSL is missing, and s3auth does not work without it. Run: apt-get install libssl3";

    private ScratchFolder _folder = null!;
    private LocalServer _downloads = null!;
    private ApiProcess _api = null!;
    private DebianRoot _debian = null!;
    private int _copies;

    private static string Files => Path.Combine(Repository.Root, "artifacts", "tool");

    private static string Machine => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";

    private string Url => _downloads.Address.AbsoluteUri.TrimEnd('/');

    // The line of the guide.
    private string Install => $"wget -qO- {Url}/install.sh | S3AUTH_DOWNLOAD_URL={Url} sh";

    private string Transfer => $"""
        set -e
        export S3AUTH_SERVER={_api.Address.AbsoluteUri}
        mkdir -p /root/data && head -c 100000 /dev/urandom > /root/data/a.bin
        s3auth upload /root/data --source x --suri //Bob
        s3auth download --all --to /root/copy --suri //Alice
        cmp /root/data/a.bin "$(find /root/copy -name a.bin)"
        """;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        if (!File.Exists(Path.Combine(Files, "SHA256SUMS")))
        {
            Assert.Ignore("Skipped because the files are missing. Run ./build.sh --target=Tool.");
        }

        _folder = new ScratchFolder("install");
        _debian = await DebianRoot.CreateAsync(Path.Combine(_folder.Path, "debian"));
        _downloads = new LocalServer { Answer = context => SendAsync(context, bytes => bytes) };
        _api = await ApiProcess.StartDevelopmentAsync(_folder.Sub("server"));
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
            await _downloads.DisposeAsync();
        }

        _folder?.Dispose();
    }

    [Test]
    public async Task Installer_names_missing_OpenSSL_and_the_tool_transfers_once_it_is_there()
    {
        var root = await CopyAsync();

        var installed = await root.RunAsync(Install);
        var without = await root.RunAsync("s3auth check --server http://127.0.0.1:9 --suri //Bob");
        var advice = installed.Errors.Split('\n').Single(line => line.StartsWith(Missing, StringComparison.Ordinal)).Split("Run: ")[1];
        (await root.RunAsync($"apt-get update && {advice} --yes")).Expect();
        var again = await root.RunAsync(Install);
        var transferred = await root.RunAsync(Transfer);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((installed.ExitCode, again.ExitCode), Is.EqualTo((1, 0)), again.Errors);
            Assert.That(installed.Errors, Does.Contain("apt-get install ca-certificates"));
            Assert.That(without.ExitCode, Is.EqualTo(2));
            Assert.That(without.Errors, Does.StartWith("error: OpenSSL (libssl.so.3) is missing. Install it: `apt-get install libssl3`"));
            Assert.That(again.Output, Does.EndWith("Next: s3auth configure\n"));
            Assert.That(transferred.ExitCode, Is.Zero, transferred.Errors);
            Assert.That(transferred.Output, Does.Contain("Uploaded 1 file"));
        }
    }

    [Test]
    public async Task Debian_package_brings_what_the_tool_needs()
    {
        var root = await CopyAsync();
        var package = Directory.GetFiles(Files, $"s3auth_*_{(Machine == "x64" ? "amd64" : "arm64")}.deb").Single();
        File.Copy(package, Path.Combine(root.Folder, "root", "s3auth.deb"));

        (await root.RunAsync("apt-get update && apt-get install --yes --no-install-recommends /root/s3auth.deb")).Expect();
        var transferred = await root.RunAsync(Transfer);
        var readOnly = await root.RunReadOnlyAsync($"s3auth ls --server {_api.Address.AbsoluteUri} --suri //Bob");
        var completed = await root.RunAsync("""
            bash -c '. /usr/share/bash-completion/completions/s3auth
            COMP_LINE="s3auth upl" COMP_POINT=10 COMP_WORDS=(s3auth upl) COMP_CWORD=1; _s3auth; echo "${COMPREPLY[*]}"'
            zcat /usr/share/man/man1/s3auth.1.gz | grep -c '^.SH UPLOAD'
            grep -c 'Frank Denis' /usr/share/doc/s3auth/copyright
            """);
        var removed = await root.RunAsync("apt-get remove --yes s3auth && ! command -v s3auth");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(transferred.ExitCode, Is.Zero, transferred.Errors);
            Assert.That(readOnly.ExitCode, Is.Zero, readOnly.Errors);
            Assert.That(readOnly.Output, Does.Contain("a.bin"));
            Assert.That(completed.Output.Split('\n')[..2], Is.EqualTo(new[] { "upload", "1" }), completed.Errors);
            Assert.That(int.Parse(completed.Output.Split('\n')[2], CultureInfo.InvariantCulture), Is.Positive);
            Assert.That(removed.ExitCode, Is.Zero, removed.Errors);
        }
    }

    [Test]
    public async Task Installer_refuses_a_program_with_another_checksum()
    {
        var root = await CopyAsync();
        _downloads.Answer = context => SendAsync(context, bytes => [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]);
        try
        {
            var result = await root.RunAsync($"S3AUTH_DOWNLOAD_URL={Url} sh /root/install.sh; c=$?; ls -A usr/local/bin; exit $c");

            Assert.That(result.ExitCode, Is.EqualTo(1));
            Assert.That(result.Errors, Does.Contain("The download is not the expected program, so it is not installed. SHA-256 of s3"));
            Assert.That(result.Output, Is.Empty, "no file is left");
        }
        finally
        {
            _downloads.Answer = context => SendAsync(context, bytes => bytes);
        }
    }

    [Test]
    public async Task Installer_of_an_ordinary_account_needs_no_root_and_says_what_to_add_to_the_path()
    {
        var root = await CopyAsync();

        var result = await root.RunAsync(
            $"useradd --create-home miner && su miner -s /bin/sh -c '{Install}'; /home/miner/.local/bin/s3auth --version");

        Assert.That(result.Errors, Does.Contain("""
            /home/miner/.local/bin is not in your PATH. Add this line to ~/.profile: export PATH="/home/miner/.local/bin:$PATH"
            """.Trim()));
        Assert.That(result.Output, Does.Match(@"Installed s3auth \S+ in /home/miner/\.local/bin\.\n[0-9]+\.[0-9]+\.[0-9]+"));
    }

    [Test]
    public async Task Installer_says_what_is_wrong()
    {
        var root = await CopyAsync();

        Task<ToolResult> TryAsync(string line) => root.RunAsync(line);
        var nowhere = await TryAsync("sh /root/install.sh");
        var unwritable = await TryAsync($"sh /root/install.sh --from {Url} --to /proc/x");
        var absent = await TryAsync($"sh /root/install.sh --from {Url}/none");
        var template = await TryAsync("sh /root/template.sh");
        var offline = await TryAsync($"rm /usr/bin/wget; sh /root/install.sh --from {Url}");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(nowhere.Errors, Is.EqualTo("install.sh: Pass the programs' address: --from URL, or S3AUTH_DOWNLOAD_URL=URL.\n"));
            Assert.That(unwritable.Errors, Does.Contain("install.sh: Cannot create /proc/x. Choose another folder with --to DIR."));
            Assert.That(absent.Errors, Does.Contain($"install.sh: Cannot download {Url}/none/s3auth-"));
            Assert.That(template.Errors, Does.Contain("This is the template."));
            Assert.That(offline.Errors, Does.Contain("install.sh: Install curl or wget first."));
            Assert.That(
                new[] { nowhere, unwritable, absent, template, offline }.Select(result => result.ExitCode), Has.All.EqualTo(1));
        }
    }

    [Test]
    public async Task Tool_for_arm_transfers_on_an_emulated_processor()
    {
        var qemu = Tool.Need("qemu-aarch64-static", "qemu-user-static");
        var libraries = Path.Combine(_folder.Path, "arm64");
        await DebianRoot.UnpackLibrariesAsync("arm64", libraries);
        var tool = Directory.GetFiles(Files, "s3auth-*-linux-arm64").Single();
        var data = _folder.Sub("arm-data");
        await File.WriteAllBytesAsync(Path.Combine(data, "arm.bin"), RandomNumberGenerator.GetBytes(100_000));
        Task<ToolResult> RunAsync(params string[] arguments) => Tool.RunAsync(
            qemu, ["-L", libraries, tool, .. arguments, "--server", _api.Address.AbsoluteUri], limit: TimeSpan.FromMinutes(2));

        var uploaded = await RunAsync("upload", data, "--source", "x", "--suri", "//Charlie");
        var copy = Path.Combine(_folder.Path, "arm-copy");
        var downloaded = await RunAsync("download", "--to", copy, "--suri", "//Charlie");

        Assert.That(uploaded.Expect(), Does.Contain("Uploaded 1 file"));
        downloaded.Expect();
        Assert.That(
            await File.ReadAllBytesAsync(Directory.GetFiles(copy, "arm.bin", SearchOption.AllDirectories).Single()),
            Is.EqualTo(await File.ReadAllBytesAsync(Path.Combine(data, "arm.bin"))));
    }

    [Test]
    public void Every_file_has_its_checksum_and_each_program_is_small()
    {
        var listed = File.ReadLines(Path.Combine(Files, "SHA256SUMS")).Select(line => line.Split("  ")).ToDictionary(
            words => words[1], words => words[0], StringComparer.Ordinal);
        var files = Directory.GetFiles(Files).Where(file => Path.GetFileName(file) != "SHA256SUMS").ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(listed.Keys, Is.EquivalentTo(files.Select(Path.GetFileName)));
            Assert.That(listed.Keys, Has.One.EndsWith("-py3-none-any.whl"));
            foreach (var file in files)
            {
                using var content = File.OpenRead(file);
                Assert.That(Convert.ToHexStringLower(SHA256.HashData(content)), Is.EqualTo(listed[Path.GetFileName(file)]), file);
                Assert.That(content.Length, Is.LessThanOrEqualTo(25 * 1024 * 1024), file);
            }

            Assert.That(File.ReadAllText(Path.Combine(Files, "s3auth.rb")), Does.Not.Contain("@linux").And.Not.Contain("@osx"));
        }
    }

    private async Task<DebianRoot> CopyAsync()
    {
        var root = await _debian.CopyAsync(Path.Combine(_folder.Path, string.Create(CultureInfo.InvariantCulture, $"debian-{++_copies}")));
        File.Copy(Path.Combine(Files, "install.sh"), Path.Combine(root.Folder, "root", "install.sh"));
        File.Copy(Path.Combine(Repository.Root, "deploy", "tool", "install.sh"), Path.Combine(root.Folder, "root", "template.sh"));
        return root;
    }

    private static async Task SendAsync(HttpListenerContext context, Func<byte[], byte[]> change)
    {
        var file = Path.Combine(Files, context.Request.Url!.AbsolutePath.TrimStart('/'));
        await LocalServer.WriteAsync(
            context, File.Exists(file) ? change(await File.ReadAllBytesAsync(file)) : [], File.Exists(file) ? 200 : 404);
    }
}
