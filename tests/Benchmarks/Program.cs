using BenchmarkDotNet.Running;
using S3Auth.Benchmarks;

if (args is [HungNodeLatency.Name, var program])
{
    return await HungNodeLatency.RunAsync(program);
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
