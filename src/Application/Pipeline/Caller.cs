namespace S3Auth.Application.Pipeline;

/// <summary>
/// The caller of a signed request; one per request. Handlers take the caller from here and not from the request, so a handler that ran
/// without the pipeline would fail instead of granting.
/// </summary>
public sealed class Caller
{
    private Neuron? _neuron;

    /// <summary>The caller's entry in the metagraph.</summary>
    /// <exception cref="InvalidOperationException">The caller was not authorized.</exception>
    public Neuron Neuron => _neuron ?? throw NotProved();

    /// <summary>The metagraph that decides about this request.</summary>
    /// <exception cref="InvalidOperationException">The caller was not authenticated.</exception>
    public Metagraph Metagraph
    {
        get => field ?? throw NotProved();
        private set;
    }

    /// <summary>Whether the caller was authenticated and authorized.</summary>
    internal bool IsProved => _neuron is not null;

    /// <summary>The verified proofs.</summary>
    /// <exception cref="InvalidOperationException">The caller was not authenticated.</exception>
    internal IReadOnlyList<Proof> Proofs
    {
        get => field ?? throw NotProved();
        private set;
    }

    internal void Authenticate(Metagraph metagraph, IReadOnlyList<Proof> proofs)
    {
        Metagraph = metagraph;
        Proofs = proofs;
    }

    internal void Authorize(Neuron neuron) => _neuron = neuron;

    private static InvalidOperationException NotProved() => new("No caller was proved for this request.");
}
