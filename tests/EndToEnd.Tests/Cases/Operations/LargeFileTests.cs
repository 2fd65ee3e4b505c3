using System.Diagnostics;

namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>
/// A file that is too large for one request, from <c>s3auth upload</c> to the real store. Not part of a build:
/// <c>./build.sh --target=Transfers</c>.
/// </summary>
[Explicit("It copies 6 GiB for minutes, and Ceph keeps them in memory.")]
[Category("Transfers")]
[NonParallelizable]
internal sealed class LargeFileTests
{
    private const long Mebibyte = 1024 * 1024;
    private const long Size = (6L * 1024 * Mebibyte) + 12_345;
    private const int Kills = 3;
    private const long MaxBytesOfMemory = 200 * Mebibyte;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    [Test]
    public async Task Upload_that_is_killed_three_times_continues_and_needs_constant_memory()
    {
        var store = await TestRun.Current.RealStore.GetAsync();
        using var folder = new ScratchFolder("large-file");
        var subnet = Subnet.Create(1);
        using var bucket = new Bucket(store.Endpoint, store.Region, $"s3auth-{Guid.NewGuid():N}"[..30], store.Keys);
        await bucket.CreateAsync();
        var settings = ApiProcess.ProductionSettings(
            await subnet.WriteAsync(folder),
            store.Endpoint.GetLeftPart(UriPartial.Authority),
            bucket.Name,
            store.Region,
            folder.Sub("server"),
            store.Keys);
        settings["MAX_FILE_BYTES"] = "10GiB";
        await using var api = await ApiProcess.StartAsync(settings);
        var wallet = await new S3AuthTool(api.Address, folder).WalletOfAsync(subnet.Miners[0]);
        var (file, hash) = await WriteAsync(Path.Combine(folder.Sub("files"), "large.bin"));
        var key = $"data/x/{subnet.Miners[0].Coldkey}/large.bin";
        var upload = new ProcessStartInfo(
            S3AuthTool.Command[0],
            [.. S3AuthTool.Command.Skip(1), "upload", file, "--source", "x", "--quiet", "--server", api.Address.AbsoluteUri, .. wallet])
        {
            UseShellExecute = false,
            WorkingDirectory = folder.Path,
        };
        upload.Environment["NO_PROXY"] = "*";

        var began = Stopwatch.GetTimestamp();
        var (peak, stored) = (0L, 0L);
        for (var kill = 1; kill <= Kills; kill++)
        {
            using var process = Start(upload);
            var (before, target) = (stored, kill * (Size / (Kills + 1)));
            while (stored < target)
            {
                Assert.That(process.HasExited, Is.False, "The upload ended too early.");
                await Task.Delay(100);
                peak = Math.Max(peak, MemoryOf(process));
                stored = await bucket.SizeOfUploadAsync(key);
                Assert.That(stored, Is.GreaterThanOrEqualTo(before), "The parts that arrived stay.");
            }

            process.Kill();
            await process.WaitForExitAsync();
        }

        using var last = Start(upload);
        var end = last.WaitForExitAsync();
        while (!end.IsCompleted && Stopwatch.GetElapsedTime(began) < Patience)
        {
            await Task.WhenAny(end, Task.Delay(100));
            peak = Math.Max(peak, MemoryOf(last));
        }

        await end.WaitAsync(TimeSpan.FromSeconds(1));
        Figures.Print(
            "Large file",
            $"{Size} bytes in parts, killed {Kills} times: {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s in all, at most ",
            $"{peak / 1e6:F0} MB of memory");
        var listed = await bucket.ListAsync();
        Assert.That(last.ExitCode, Is.Zero);
        Assert.That(listed.Select(one => (one.Key, one.Size)), Is.EqualTo([(key, Size)]));
        Assert.That(await bucket.CountUploadsAsync(), Is.Zero);
        Assert.That(await bucket.HashAsync(key), Is.EqualTo(hash));
        Assert.That(peak, Is.LessThan(MaxBytesOfMemory));
        await bucket.RemoveAsync();
    }

    // Sparse, but no two parts are the same.
    private static async Task<(string Path, byte[] Hash)> WriteAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite);
        file.SetLength(Size);
        for (var position = 0L; position < Size; position += 5 * Mebibyte)
        {
            file.Position = position;
            await file.WriteAsync(DeploymentFixture.Bytes(1000));
        }

        file.Position = 0;
        return (path, await SHA256.HashDataAsync(file));
    }

    private static Process Start(ProcessStartInfo start)
    {
        var process = Process.Start(start) ?? throw new InvalidOperationException("s3auth did not start.");
        TestRun.Current.Guard.Watch(process);
        return process;
    }

    private static long MemoryOf(Process process)
    {
        try
        {
            process.Refresh();
            return process.WorkingSet64;
        }
        catch (InvalidOperationException)
        {
            // It has ended just now; the last look counts.
            return 0;
        }
    }
}
