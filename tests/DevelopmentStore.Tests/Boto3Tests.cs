using System.Diagnostics;

namespace S3Auth.DevelopmentStore.Tests;

/// <summary>boto3, requests and curl against the store, where the system has them.</summary>
internal sealed class Boto3Tests : StoreTests
{
    private const string Python = "/usr/bin/python3";

    [Test]
    public async Task Boto3_and_requests_can_use_the_store()
    {
        if (!File.Exists(Python) || (await RunAsync(Python, "-c", "import boto3, requests")).ExitCode != 0)
        {
            Assert.Ignore($"{Python} with boto3 and requests is not installed (Debian: python3-boto3, python3-requests).");
        }

        var script = System.IO.Path.Combine(TestContext.CurrentContext.TestDirectory, "boto3_client.py");
        var (exitCode, output) = await RunAsync(
            Python, script, Store.Endpoint.ToString(), Bucket, RunningStore.Region, RunningStore.AccessKey, RunningStore.SecretKey);

        Assert.That(exitCode, Is.Zero, output);
        Assert.That(output.TrimEnd(), Does.EndWith("all good"), output);
        Assert.That(Store.Complaints, Is.Empty);
    }

    [Test]
    public async Task Curl_uploads_a_form()
    {
        const string curl = "/usr/bin/curl";
        if (!File.Exists(curl))
        {
            Assert.Ignore($"{curl} is not installed.");
        }

        var file = System.IO.Path.Combine(Store.Parent, "with \"quotes\" é.txt");
        await File.WriteAllTextAsync(file, "from curl");
        var form = new TestForm(Store);
        string[] arguments =
        [
            "-sS", "-w", "%{http_code}",
            .. form.Fields.Concat(form.Signature()).SelectMany(field => new[] { "--form-string", $"{field.Name}={field.Value}" }),
            "-F", $"file=@\"{file.Replace("\"", "\\\"", StringComparison.Ordinal)}\"", $"{Store.Endpoint}{Bucket}",
        ];
        var (_, output) = await RunAsync(curl, arguments);

        Assert.That(output, Does.EndWith("204"));
        Assert.That((await ListAsync("encoding-type=url&list-type=2")).Text, Does.Contain("<Key>up/with+").And.Contain("<Size>9</Size>"));
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await errors + await output);
    }
}
