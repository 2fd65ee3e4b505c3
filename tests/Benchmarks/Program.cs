using BenchmarkDotNet.Running;
using S3Auth.Benchmarks;

if (args is [HungNodeLatency.Name, var program])
{
    return await HungNodeLatency.RunAsync(program);
}

if (args is [AccessCost.Name, var service])
{
    return await AccessCost.RunAsync(service);
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
