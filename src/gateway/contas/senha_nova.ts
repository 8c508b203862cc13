// What a password must be to be accepted: long enough, not the e-mail, not one that everybody tries
// first. No rule about kinds of characters, as NIST SP 800-63B (5.1.1.2) advises.
import * as z from 'zod'

const MENOR_SENHA = 10
const MAIOR_SENHA = 200
/**
 * A letter has at most four code points before it is composed. Longer texts are not: composing a
 * body full of accents out of order takes the square of its length, four seconds.
 */
const MAIOR_BRUTA = 8 * MAIOR_SENHA

/** The head of the published lists of leaked passwords, here and abroad, among the long enough. */
const COMUNS: ReadonlySet<string> = new Set([
  '0123456789',
  '1111111111',
  '0000000000',
  '1122334455',
  '1234512345',
  '1234567890',
  '0987654321',
  '9876543210',
  '12345678910',
  '123456789a',
  'a123456789',
  '1q2w3e4r5t',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  'qwertyuiop',
  'qwerty12345',
  'qwerty123456',
  'q1w2e3r4t5',
  'asdfghjkl1',
  'abcdefghij',
  'abcd123456',
  'password12',
  'password123',
  'password1234',
  'senha12345',
  'senha123456',
  'minhasenha',
  'mudar12345',
  'mudar123456',
  'brasil1234',
  'brasil12345',
  'brasil2026',
  'flamengo10',
  'corinthians',
  'palmeiras10',
  'gabriel123',
  'administrador',
  'quatrovias',
  'iloveyou123',
  'teamo12345',
])

/** Code points after composition: the same word typed on any keyboard has the same length. */
const comprimento = (senha: string): number =>
  senha.length > MAIOR_BRUTA ? Number.POSITIVE_INFINITY : [...senha.normalize('NFC')].length

const cabe = (senha: string): boolean => comprimento(senha) <= MAIOR_SENHA
const LONGA = { error: `deve ter no máximo ${MAIOR_SENHA} caracteres` }

/** A password that is only compared: any that could have been accepted, and the old ones. */
export const senhaDita = z.string().min(1).refine(cabe, LONGA).meta({ maxLength: MAIOR_SENHA })

export const senhaNova = z
  .string()
  .refine((senha) => senha.isWellFormed(), { error: 'tem caracteres que não existem', abort: true })
  .refine(cabe, { ...LONGA, abort: true })
  .refine((senha) => comprimento(senha) >= MENOR_SENHA, {
    error: `deve ter no mínimo ${MENOR_SENHA} caracteres`,
  })
  .refine((senha) => !COMUNS.has(senha.toLowerCase()), {
    error: 'é uma das senhas mais usadas; escolha outra',
  })
  .meta({ minLength: MENOR_SENHA, maxLength: MAIOR_SENHA })

/** `email` normalised. */
export const senhaEhOEmail = (senha: string, email: string): boolean =>
  senha.normalize('NFC').trim().toLowerCase() === email
export const SENHA_IGUAL_AO_EMAIL = 'não pode ser o próprio e-mail'
