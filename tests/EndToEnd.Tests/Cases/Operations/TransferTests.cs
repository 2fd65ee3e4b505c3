namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>
/// How long <c>s3auth upload</c> takes beside what others use, which have the bucket's keys: the same files, to the same real store, in
/// turn. Not part of a build: <c>./build.sh --target=Transfers</c>.
/// </summary>
[Explicit("It copies gigabytes for minutes.")]
[Category("Transfers")]
[NonParallelizable]
internal sealed class TransferTests
{
    // The first is not counted: the store has not yet what it keeps in memory.
    private const int Rounds = 6;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [TestCase(200, 10 * 1024 * 1024)]
    [TestCase(5000, 16 * 1024)]
    [TestCase(1, 2L * 1024 * 1024 * 1024)]
    public async Task Upload_beside_others(int count, long size)
    {
        var (aws, rclone) = (Tool.Need("aws", "awscli"), Tool.Need("rclone", "rclone"));
        var store = await TestRun.Current.RealStore.GetAsync();
        using var folder = new ScratchFolder("transfers");
        var subnet = Subnet.Create(1);
        using var bucket = new Bucket(store.Endpoint, store.Region, $"s3auth-{Guid.NewGuid():N}"[..30], store.Keys);
        await bucket.CreateAsync();
        await using var api = await ApiProcess.StartAsync(ApiProcess.ProductionSettings(
            await subnet.WriteAsync(folder), store.Endpoint.GetLeftPart(UriPartial.Authority), bucket.Name, store.Region, folder
                .Sub("server"), store.Keys));
        var wallet = await new S3AuthTool(api.Address, folder).WalletOfAsync(subnet.Miners[0]);
        var data = folder.Sub("data");
        var block = new byte[Math.Min(size, 10 * 1024 * 1024)];
        for (var i = 0; i < count; i++)
        {
            await using var file = File.Create(Path.Combine(data, string.Create(CultureInfo.InvariantCulture, $"{i:D5}.bin")));
            for (var left = size; left > 0; left -= block.Length)
            {
                Random.Shared.NextBytes(block);
                await file.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)));
            }
        }

        var endpoint = store.Endpoint.GetLeftPart(UriPartial.Authority);
        var tools = new (string Name, string Program, string[] Arguments)[]
        {
            (
                "s3auth",
                S3AuthTool.Command[0],
                [
                    .. S3AuthTool.Command.Skip(1),
                    "upload",
                    data,
                    "--quiet",
                    "--server",
                    api.Address.AbsoluteUri,
                    .. wallet,
                ]),
            (
                "aws s3 cp",
                aws,
                ["s3", "cp", data, $"s3://{bucket.Name}/aws/", "--recursive", "--only-show-errors", "--endpoint-url", endpoint]),
            ("rclone copy", rclone, RcloneCopy("4")),
            ("rclone copy --transfers 16", rclone, RcloneCopy("16")),
        };
        string[] RcloneCopy(string transfers) =>
        [
            "copy", data, $":s3:{bucket.Name}/rclone/", "--transfers", transfers, "--s3-provider", "Ceph", "--s3-env-auth",
            "--s3-endpoint", endpoint, "--s3-force-path-style", "--config", "/dev/null",
        ];
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["AWS_ACCESS_KEY_ID"] =
                store.Keys.Id, ["AWS_SECRET_ACCESS_KEY"] = store.Keys.Secret, ["AWS_REGION"] = store.Region, ["NO_PROXY"] = "*",
        };

        var times = tools.ToDictionary(tool => tool.Name, _ => new List<double>(), StringComparer.Ordinal);
        var work = tools.ToDictionary(tool => tool.Name, _ => new List<double>(), StringComparer.Ordinal);
        var memory = tools.ToDictionary(tool => tool.Name, _ => 0L, StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            // Each is the first, the second and the last in turn.
            foreach (var (name, program, arguments) in tools.Skip(round % tools.Length).Concat(tools.Take(round % tools.Length)))
            {
                var (seconds, cpu, peak) = await MeasureAsync(program, arguments, environment);
                if (round > 0)
                {
                    times[name].Add(seconds);
                    work[name].Add(cpu);
                }

                memory[name] = Math.Max(memory[name], peak);
                var keys = await bucket.ListKeysAsync();
                Assert.That(keys, Has.Count.EqualTo(count), name);
                await bucket.DeleteAllAsync(keys);
            }
        }

        foreach (var (name, _, _) in tools)
        {
            var ratio = MedianOf(times["s3auth"].Zip(times[name], (own, other) => own / other));
            Figures.Print(
                "Transfers",
                $"{count} files of {size / 1024} KiB, {name}: {MedianOf(times[name]):F2} s ({times[name].Min():F2} to ",
                $"{times[name].Max():F2}); s3auth takes {ratio:F2} x as long; {MedianOf(work[name]):F2} s of its CPU, at most ",
                $"{memory[name] / 1e6:F0} MB");
        }

        await bucket.RemoveAsync();
        Assert.That(memory["s3auth"] / 1e6, Is.LessThan(200));
    }

    private static double MedianOf(IEnumerable<double> values)
    {
        var ordered = values.Order().ToList();
        return ordered[ordered.Count / 2];
    }

    private static async Task<(double Seconds, double CpuSeconds, long PeakBytes)> MeasureAsync(
        string program, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, WorkingDirectory = Path.GetTempPath() };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        // There is no TLS here, and rclone does not start with a bundle of certificates of the machine's.
        start.Environment.Remove("AWS_CA_BUNDLE");
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        TestRun.Current.Guard.Watch(process);
        var end = process.WaitForExitAsync();
        var (peak, cpu) = (0L, 0.0);
        while (!end.IsCompleted && Stopwatch.GetElapsedTime(began) < Patience)
        {
            await Task.WhenAny(end, Task.Delay(50));
            try
            {
                process.Refresh();
                (peak, cpu) = (Math.Max(peak, process.WorkingSet64), process.TotalProcessorTime.TotalSeconds);
            }
            catch (InvalidOperationException)
            {
                // It has ended just now; the last look counts.
            }
        }

        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await end;
        Assert.That(process.ExitCode, Is.Zero, program);
        return (Stopwatch.GetElapsedTime(began).TotalSeconds, cpu, peak);
    }
}
