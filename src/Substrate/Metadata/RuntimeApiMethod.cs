namespace S3Auth.Substrate.Metadata;

/// <summary>A function of a runtime that a node calls for its clients.</summary>
/// <param name="Api">The name of the API, such as <c>SubnetInfoRuntimeApi</c>.</param>
/// <param name="Name">The function's name, such as <c>get_subnet_state</c>.</param>
/// <param name="Inputs">The types of its arguments.</param>
/// <param name="Output">The type of its result.</param>
public sealed record RuntimeApiMethod(string Api, string Name, IReadOnlyList<int> Inputs, int Output);
