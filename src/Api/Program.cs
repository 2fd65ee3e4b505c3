using S3Auth.Api;

if (args is [HealthCheck.Argument, .. var settings])
{
    return await HealthCheck.RunAsync(settings, Console.Out);
}

try
{
    await using var app = Composition.Build(args);
    await app.RunAsync();
    return 0;
}
catch (ConfigurationException problems)
{
    await Console.Error.WriteLineAsync(problems.Message);
    return 1;
}
catch (IOException taken)
{
    // A port or a folder that another process holds; the message names it.
    await Console.Error.WriteLineAsync($"S3Auth cannot start: {taken.Message}");
    return 1;
}
