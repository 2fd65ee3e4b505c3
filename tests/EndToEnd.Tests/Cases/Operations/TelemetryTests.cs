using System.IO.Compression;

namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>What an OpenTelemetry collector receives.</summary>
internal sealed class TelemetryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Test]
    public async Task Collector_gets_metrics_and_traces_without_an_address()
    {
        using var folder = new ScratchFolder("telemetry");
        using var collector = new HttpListener();
        var port = FreePort.Next();
        collector.Prefixes.Add(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
        collector.Start();
        var received = new ConcurrentQueue<(string Path, string Content)>();
        var collecting = CollectAsync(collector, received);

        var settings = ApiProcess.ProductionSettings(
            await Subnet.Create(0).WriteAsync(folder),
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"),
            "unreachable",
            "us-east-2",
            folder.Sub("data"),
            new AccessKeys("somebody", "some-secret-that-must-not-be-seen"));
        settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        settings["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        settings["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
        settings["OTEL_BSP_SCHEDULE_DELAY"] = "200";
        await using (var api = await ApiProcess.StartAsync(settings))
        {
            await api.Client.GetFolderAccessAsync(Subnet.OrdinaryMiner);
            await api.Client.PostAsync(ServiceClient.ValidatorAccessPath, ServiceClient.ValidatorAccessBody(Subnet.Validator.Hotkey));

            using var patience = new CancellationTokenSource(Patience);
            while (
                !Has("/v1/metrics", "s3auth.decisions") || !Has("/v1/traces", "get-folder-access") || !Has(
                    "/v1/traces", "store list_folders"))
            {
                Assert.That(patience.IsCancellationRequested, Is.False, "It was not sent.");
                await Task.Delay(50);
            }
        }

        collector.Stop();
        await collecting;
        var everything = string.Join('\n', received.Select(one => one.Content));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(everything, Does.Not.Match("5[1-9A-HJ-NP-Za-km-z]{47}"), "no account");
            Assert.That(everything, Does.Not.Contain("127.0.0.1").And.Not.Contain("localhost"), "no client, and no host that it named");
            Assert.That(everything, Does.Not.Contain("some-secret-that-must-not-be-seen").And.Not.Contain("X-Amz-"));
        }

        bool Has(string path, string text) => received.Any(one => one.Path == path && one.Content.Contains(text, StringComparison.Ordinal));
    }

    private static async Task CollectAsync(HttpListener collector, ConcurrentQueue<(string Path, string Content)> received)
    {
        while (true)
        {
            try
            {
                var context = await collector.GetContextAsync();
                using var content = new MemoryStream();
                await (
                    context.Request.Headers["Content-Encoding"] == "gzip" ? new GZipStream(
                        context.Request.InputStream, CompressionMode.Decompress) : context.Request.InputStream)
                    .CopyToAsync(content);
                received.Enqueue((context.Request.Url!.AbsolutePath, Encoding.Latin1.GetString(content.ToArray())));
                context.Response.Close();
            }
            catch (Exception failed) when (failed is HttpListenerException or ObjectDisposedException)
            {
                // The server may also have given up this request, and sends it again.
                if (!collector.IsListening)
                {
                    return;
                }
            }
        }
    }
}
