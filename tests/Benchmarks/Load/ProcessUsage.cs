namespace S3Auth.Benchmarks.Load;

/// <summary>The CPU time and the memory of a process, as Linux counts them.</summary>
internal static class ProcessUsage
{
    /// <summary>Returns the CPU time of all threads since the start, in microseconds. Its resolution is 10 ms.</summary>
    internal static double CpuMicros(this Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime.TotalMicroseconds;
    }

    /// <summary>Returns the resident memory, in MB.</summary>
    internal static double ResidentMb(this Process process) => Status(process, "VmRSS:");

    /// <summary>Returns the largest resident memory since the start, in MB.</summary>
    internal static double PeakMb(this Process process) => Status(process, "VmHWM:");

    private static double Status(Process process, string name)
    {
        var line = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        var kibibytes = line[name.Length..].Trim().Split(' ')[0];
        return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024 / 1e6;
    }
}
