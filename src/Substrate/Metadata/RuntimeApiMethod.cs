namespace S3Auth.Substrate.Metadata;

/// <summary>A function of a runtime API, which clients call through a node.</summary>
/// <param name="Api">The name of the API, such as <c>SubnetInfoRuntimeApi</c>.</param>
/// <param name="Name">The function's name, such as <c>get_subnet_state</c>.</param>
/// <param name="Inputs">The indexes of the types of its arguments.</param>
/// <param name="Output">The index of the type of its result.</param>
public sealed record RuntimeApiMethod(string Api, string Name, IReadOnlyList<int> Inputs, int Output);
