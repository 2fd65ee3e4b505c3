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

if (args is [LoadRun.Name, var loaded])
{
    return await LoadRun.RunAsync(loaded);
}

if (args is [BareServer.Name, .. var arguments])
{
    return await BareServer.RunAsync(arguments);
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
