using System.CommandLine.Invocation;

EmbeddedSodium.Register();
Console.SetOut(new StreamWriter(new StandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });
var parsed = ToolRoot.Create().Parse(CommandLineErrors.Normalize(args));
if (parsed.Action is ParseErrorAction)
{
    return (int)CommandLineErrors.Print(parsed);
}

try
{
    // After Ctrl-C, transfers stop at once. The time is for the last line of output.
    return await parsed.InvokeAsync(new InvocationConfiguration
    {
        ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
        EnableDefaultExceptionHandler = false,
    });
}
catch (OutputClosedException)
{
    return (int)ExitCode.OutputClosed;
}
catch (Exception exception)
{
    Console.Error.WriteLine($"Unhandled exception: {exception}");
    return (int)ExitCode.Unexpected;
}
