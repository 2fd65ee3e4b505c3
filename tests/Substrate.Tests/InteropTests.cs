using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace S3Auth.Substrate.Tests;

/// <summary>Checks that the other implementations in Interop, run by Node, read what this library writes.</summary>
public sealed class InteropTests
{
    private static readonly string[] NetworkErrors =
        ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH", "E503", "ENOTCACHED"];

    private static string Folder => typeof(InteropTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => string.Equals(attribute.Key, "InteropFolder", StringComparison.Ordinal)).Value!;

    [OneTimeSetUp]
    public async Task Install_the_other_implementations()
    {
        if (await RunAsync("node", ["--version"], "") is null)
        {
            Assert.Ignore("Node is not installed: what this library signs was not checked with other implementations.");
        }

        if (Directory.Exists(Path.Combine(Folder, "node_modules", "@polkadot", "util-crypto")))
        {
            return;
        }

        var npm = await RunAsync(
            OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], "");
        if (npm is null)
        {
            Assert.Ignore("npm is not installed: what this library signs was not checked with other implementations.");
        }
        else if (npm.ExitCode != 0 && NetworkErrors.Any(error => npm.Error.Contains(error, StringComparison.Ordinal)))
        {
            Assert.Ignore(
                $"npm cannot reach its registry: what this library signs was not checked with other implementations. {npm.Error}");
        }
        else
        {
            Assert.That(npm.ExitCode, Is.Zero, npm.Error);
        }
    }

    [Test]
    public async Task Other_implementations_read_what_this_library_writes()
    {
        var signatures = Signatures().ToArray();
        var addresses = Enumerable.Range(0, 500)
            .Select(index => AccountId.FromBytes(VectorFiles.BytesOf("interop account", index))).ToArray();
        var phrases = ((int[])[12, 15, 18, 21, 24])
            .SelectMany(words => ((string[])["", "password", "päßwörd 🔑"])
                .Select(password => (Phrase: Mnemonic.Generate(words), Password: password))).ToArray();
        var uris = phrases.SelectMany(phrase => (string[])
            [$"{phrase.Phrase}//hot//0", $"{phrase.Phrase}//{new string('n', 40)}///{phrase.Password}"])
            .Append("//Alice").Append("//Bob//cold").ToArray();

        var answers = await AskAsync(new
        {
            signatures = signatures.Select(one => new
            {
                account = Convert.ToHexStringLower(one.Signer.ToBytes()),
                message = Convert.ToBase64String(one.Message),
                signature = Convert.ToHexStringLower(one.Signature.ToBytes()),
            }),
            addresses = addresses.Select(id => new { account = Convert.ToHexStringLower(id.ToBytes()), address = id.ToString() }),
            phrases = phrases.Select(phrase => new { phrase = phrase.Phrase, password = phrase.Password }),
            uris,
        });

        Assert.That(answers.Signatures, Has.Length.EqualTo(signatures.Length));
        for (var i = 0; i < signatures.Length; i++)
        {
            var (_, message, signature, valid) = signatures[i];
            Assert.That(answers.Signatures[i], Is.EqualTo((bool[])[valid, valid, valid]), $"length {message.Length}, {signature}");
        }

        Assert.That(
            answers.Addresses,
            Is.EqualTo(addresses.Select(id => new AddressVector(Convert.ToHexStringLower(id.ToBytes()), id.ToString()))));
        Assert.That(answers.Phrases, Is.EqualTo(phrases.Select(phrase => AddressOf(KeyPair.FromMnemonic(phrase.Phrase, phrase.Password)))));
        Assert.That(answers.Uris, Is.EqualTo(uris.Select(uri => AddressOf(KeyPair.FromUri(uri)))));
    }

    /// <summary>Messages of every length around STROBE's block size, valid ones and ones with one changed bit.</summary>
    private static IEnumerable<(AccountId Signer, byte[] Message, Sr25519Signature Signature, bool Valid)> Signatures()
    {
        var lengths = Enumerable.Range(0, 340).Concat(Enumerable.Range(1, 60).Select(block => block * 166)).Append(10_000);
        foreach (var length in lengths)
        {
            using var pair = KeyPair.FromSeed(VectorFiles.BytesOf("interop seed", length));
            var message = VectorFiles.MessageOf(length);
            var signature = pair.Sign(message);
            yield return (pair.AccountId, message, signature, true);

            if (length % 4 == 0)
            {
                var bytes = signature.ToBytes();
                bytes[length / 4 % 64] ^= 2;
                yield return (pair.AccountId, message, Sr25519Signature.FromBytes(bytes), false);
            }
        }
    }

    private static string AddressOf(KeyPair pair)
    {
        using (pair)
        {
            return pair.ToString();
        }
    }

    private static async Task<Answers> AskAsync(object questions)
    {
        var node = await RunAsync("node", ["verify.mjs"], JsonSerializer.Serialize(questions));
        Assert.That(node, Is.Not.Null);
        Assert.That(node!.ExitCode, Is.Zero, node.Error);
        return JsonSerializer.Deserialize<Answers>(node.Output, JsonSerializerOptions.Web)!;
    }

    /// <summary>Returns null if the program is not installed.</summary>
    private static async Task<Outcome?> RunAsync(string program, string[] arguments, string input)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = Folder,
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return null;
        }

        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), timeout.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(timeout.Token);
            return new Outcome(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private sealed record Answers(bool[][] Signatures, AddressVector[] Addresses, string[] Phrases, string[] Uris);

    private sealed record Outcome(int ExitCode, string Output, string Error);
}
